import type { BsonValue } from '../../bson/value.ts';
import { MongoServerError } from '../../errors.ts';
import { constant, type Expression, type ExpressionScope } from '../expressions/expression.ts';
import type { Accumulator } from './accumulator.ts';
import { accumulators, Count } from './accumulators.ts';
import { compileRanked, isRanked } from './ranked.ts';

/** A compiled accumulator: what to take of each document, and how to start a group. */
export interface AccumulatorPlan {
  input: Expression;
  make(): Accumulator;
}

/** Compiles a `$group` accumulator; an unknown one is refused with 15952. */
export function compileAccumulator(
  name: string,
  operand: BsonValue,
  scope: ExpressionScope,
): AccumulatorPlan {
  if (name === '$count') {
    if (!(operand instanceof Map) || operand.size > 0) {
      throw new MongoServerError(9, `$count takes no arguments, i.e. $count:{}`);
    }
    return { input: constant(null), make: () => new Count() };
  }
  if (isRanked(name)) return compileRanked(name, operand, scope);
  const factory = Object.hasOwn(accumulators, name) ? accumulators[name] : undefined;
  if (!factory) throw new MongoServerError(15952, `unknown group operator '${name}'`);
  if (Array.isArray(operand) && operand.length !== 1) {
    throw new MongoServerError(40237, `The ${name} accumulator is a unary operator`);
  }
  const input = scope.compile(Array.isArray(operand) ? operand[0] : operand);
  return { input, make: () => factory(scope.collation) };
}
