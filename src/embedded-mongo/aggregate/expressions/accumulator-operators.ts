import { compareValues } from '../../bson/compare.ts';
import type { BsonValue } from '../../bson/value.ts';
import { MongoServerError } from '../../errors.ts';
import { accumulators, positiveCount } from '../accumulators/accumulators.ts';
import { anyNumber, namedArguments } from './arguments.ts';
import { type Expression, isNullish, type OperatorCompiler, type OperatorTable } from './expression.ts';
import { kindOf } from './value-kind.ts';

/** Accumulators used as expressions: over their operands, or over the elements of a single array. */
export const accumulatorOperators: OperatorTable = {
  $sum: overValues('$sum'),
  $avg: overValues('$avg'),
  $min: overValues('$min'),
  $max: overValues('$max'),
  $stdDevPop: overValues('$stdDevPop'),
  $stdDevSamp: overValues('$stdDevSamp'),
  $firstN: fewOf((array, count) => array.slice(0, count)),
  $lastN: fewOf((array, count) => array.slice(-count)),
  $minN: fewOf((array, count, compare) => present(array).sort(compare).slice(0, count)),
  $maxN: fewOf((array, count, compare) =>
    present(array)
      .sort((a, b) => compare(b, a))
      .slice(0, count),
  ),
};

function overValues(name: string): OperatorCompiler {
  const factory = accumulators[name];
  if (!factory) throw new Error(`no accumulator ${name}`);
  return (operand, scope) => {
    const operands = anyNumber(operand, scope);
    return (document) => {
      const accumulator = factory(scope.collation);
      const values = operands.map((each) => each(document));
      const [only] = values;
      for (const value of values.length === 1 && Array.isArray(only) ? only : values) {
        accumulator.add(value, document);
      }
      return accumulator.result() ?? null;
    };
  };
}

function present(array: BsonValue[]): BsonValue[] {
  return array.filter((value) => !isNullish(value));
}

function fewOf(
  choose: (array: BsonValue[], count: number, compare: (a: BsonValue, b: BsonValue) => number) => BsonValue[],
): OperatorCompiler {
  return (operand, scope, name) => {
    const { n, input } = namedArguments(operand, scope, {
      names: ['n', 'input'],
      required: ['n', 'input'],
      notObject: (type) => [5787900, `specification must be an object; found ${name}: ${type}`],
      unknown: (argument) => [5787901, `Unknown argument for ${name} operator: ${argument}`],
      missing: (argument) => [argument === 'n' ? 5787906 : 5787907, `Missing value for '${argument}'`],
    }) as { n: Expression; input: Expression };
    return (document) => {
      const count = positiveCount(n(document), name);
      const array = input(document);
      if (isNullish(array)) return null;
      if (!Array.isArray(array)) {
        throw new MongoServerError(5788200, `Input must be an array, but found ${kindOf(array)}`);
      }
      return choose(array, count, (a, b) => compareValues(a, b, scope.collation));
    };
  };
}
