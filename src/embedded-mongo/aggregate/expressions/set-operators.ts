import { compareValues } from '../../bson/compare.ts';
import type { BsonValue } from '../../bson/value.ts';
import { distinctValues, ValueMap } from '../../bson/value-map.ts';
import { MongoServerError } from '../../errors.ts';
import { anyNumber, binary, operandList } from './arguments.ts';
import { type Expression, type ExpressionScope, isNullish, type OperatorTable } from './expression.ts';
import { kindOf } from './value-kind.ts';

/** Arrays as sets; `$setUnion` and `$setIntersection` answer in the order of values. */
export const setOperators: OperatorTable = {
  $setUnion: compileUnion,
  $setIntersection: compileIntersection,
  $setDifference: binary((left, right, _, scope) => {
    if (isNullish(left) || isNullish(right)) return null;
    const excluded = setOf(checkedSide(right, '$setDifference', 'Second', 17049), scope);
    const kept = checkedSide(left, '$setDifference', 'First', 17048).filter((value) => !excluded.has(value));
    return distinctValues(kept, scope.collation);
  }),
  $setIsSubset: binary((left, right, _, scope) => {
    const inner = checkedSide(left, '$setIsSubset', 'First', 17046);
    const outer = setOf(checkedSide(right, '$setIsSubset', 'Second', 17042), scope);
    return inner.every((value) => outer.has(value));
  }),
  $setEquals: compileEquals,
};

function setOf(values: BsonValue[], scope: ExpressionScope): ValueMap<true> {
  const set = new ValueMap<true>(scope.collation);
  for (const value of values) set.set(value, true);
  return set;
}

function checkedSide(value: BsonValue, name: string, side: string, code: number): BsonValue[] {
  if (Array.isArray(value)) return value;
  throw new MongoServerError(
    code,
    `both operands of ${name} must be arrays. ${side} argument is of type: ${kindOf(value)}`,
  );
}

function sorted(values: Iterable<BsonValue>, scope: ExpressionScope): BsonValue[] {
  return [...values].sort((a, b) => compareValues(a, b, scope.collation));
}

function compileUnion(operand: BsonValue, scope: ExpressionScope): Expression {
  const operands = anyNumber(operand, scope);
  return (document) => {
    const all: BsonValue[] = [];
    for (const each of operands) {
      const value = each(document);
      if (isNullish(value)) return null;
      if (!Array.isArray(value)) {
        throw new MongoServerError(
          17043,
          `All operands of $setUnion must be arrays. One argument is of type: ${kindOf(value)}`,
        );
      }
      for (const element of value) all.push(element);
    }
    return sorted(distinctValues(all, scope.collation), scope);
  };
}

function compileIntersection(operand: BsonValue, scope: ExpressionScope): Expression {
  const operands = anyNumber(operand, scope);
  return (document) => {
    let common: BsonValue[] | undefined;
    for (const each of operands) {
      const value = each(document);
      if (isNullish(value)) return null;
      if (!Array.isArray(value)) {
        throw new MongoServerError(
          17047,
          `All operands of $setIntersection must be arrays. One argument is of type: ${kindOf(value)}`,
        );
      }
      const set = setOf(value, scope);
      common = common ? common.filter((element) => set.has(element)) : distinctValues(value, scope.collation);
    }
    return sorted(common ?? [], scope);
  };
}

function compileEquals(operand: BsonValue, scope: ExpressionScope): Expression {
  const count = operandList(operand).length;
  if (count < 2) throw new MongoServerError(17045, `$setEquals needs at least two arguments had: ${count}`);
  const operands = anyNumber(operand, scope);
  return (document) => {
    const sets = operands.map((each, index) => {
      const value = each(document);
      if (Array.isArray(value)) return setOf(value, scope);
      throw new MongoServerError(
        17044,
        `All operands of $setEquals must be arrays. ${index + 1}-th argument is of type: ${kindOf(value)}`,
      );
    });
    const [first, ...others] = sets;
    return others.every(
      (set) => set.size === first?.size && [...set.keys()].every((value) => first.has(value)),
    );
  };
}
