import { BSONRegExp } from 'bson';
import { compareValues } from '../bson/compare.ts';
import { valuesEqual } from '../bson/equal.ts';
import { exactInteger, isNumber, toNumber } from '../bson/numbers.ts';
import { documentToText, elementToText } from '../bson/to-text.ts';
import { typeNameOf } from '../bson/type-names.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { distinctValues, ValueMap } from '../bson/value-map.ts';
import { badValue, failedToParse, typeMismatch } from '../errors.ts';
import { compileFilter } from '../query/compile-filter.ts';
import { compileSort } from '../query/compile-sort.ts';
import type { QueryContext } from '../query/context.ts';
import { isFieldOperator } from '../query/field-operators.ts';
import { idText, type LeafCompiler, type LeafOperator, type Site, unchanged } from './leaf-operator.ts';

/** The operators that change an array. */
export const arrayOperators: Readonly<Record<string, LeafCompiler>> = {
  $push: (operand, _, context) => push(operand, context),
  $addToSet: (operand, _, context) => addToSet(operand, context),
  $pop: (operand, field) => pop(operand, field),
  $pull: (operand, _, context) => pull(operand, context),
  $pullAll: (operand) => pullAll(operand),
};

interface PushClauses {
  values: BsonValue[];
  position?: number | undefined;
  slice?: number | undefined;
  sort?: ((a: BsonValue, b: BsonValue) => number) | undefined;
}

function push(operand: BsonValue, context: QueryContext): LeafOperator {
  const clauses: PushClauses =
    operand instanceof Map && operand.has('$each') ? pushClauses(operand, context) : { values: [operand] };
  return {
    name: '$push',
    update: (value, site) => {
      if (!Array.isArray(value)) {
        throw badValue(
          `The field '${site.path.join('.')}' must be an array but is of type ${typeNameOf(value)} in document {${idText(site.document)}}`,
        );
      }
      const result = applyPush(value, clauses);
      const isSame = clauses.values.length === 0 && !clauses.sort && result.length === value.length;
      return isSame ? unchanged : result;
    },
    create: () => applyPush([], clauses),
  };
}

function applyPush(array: BsonValue[], { values, position, slice, sort }: PushClauses): BsonValue[] {
  let result = array.slice();
  // Array.splice counts a negative position from the end, as $position does.
  result.splice(position ?? result.length, 0, ...values);
  if (sort) result.sort(sort);
  if (slice !== undefined) result = slice >= 0 ? result.slice(0, slice) : result.slice(slice);
  return result;
}

const pushClauseNames = new Set(['$each', '$slice', '$sort', '$position']);

function pushClauses(operand: BsonDocument, context: QueryContext): PushClauses {
  for (const name of operand.keys()) {
    if (!pushClauseNames.has(name)) throw badValue(`Unrecognized clause in $push: ${name}`);
  }
  const values = operand.get('$each');
  if (!Array.isArray(values)) {
    throw badValue(
      `The argument to $each in $push must be an array but it was of type: ${typeNameOf(values)}`,
    );
  }
  return {
    values,
    slice: integerClause(
      operand,
      '$slice',
      'The value for $slice must be an integer value but was given type: ',
    ),
    sort: operand.has('$sort') ? pushSort(operand.get('$sort'), context) : undefined,
    position: integerClause(
      operand,
      '$position',
      'The value for $position must be an integer value, not of type: ',
    ),
  };
}

function integerClause(operand: BsonDocument, name: string, message: string): number | undefined {
  if (!operand.has(name)) return undefined;
  const value = operand.get(name);
  const integer = isNumber(value) ? exactInteger(value) : undefined;
  if (integer === undefined) throw badValue(message + typeNameOf(value));
  return Number(integer);
}

function pushSort(spec: BsonValue, context: QueryContext): (a: BsonValue, b: BsonValue) => number {
  if (isNumber(spec)) {
    const direction = sortDirection(spec);
    return (a, b) => direction * compareValues(a, b, context.collation);
  }
  if (!(spec instanceof Map)) {
    throw badValue(
      'The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1} to sort embedded fields',
    );
  }
  if (spec.size === 0) throw badValue('The $sort pattern is empty when it should be a set of fields.');
  for (const [field, direction] of spec) {
    sortDirection(direction);
    if (field === '') throw badValue('The $sort field cannot be empty');
    if (field.split('.').includes('')) {
      throw badValue(`The $sort field is a dotted field but has an empty part: ${field}`);
    }
  }
  const sorter = compileSort(spec, context);
  // Elements that are no documents have none of the fields.
  const asDocument = (value: BsonValue): BsonDocument => (value instanceof Map ? value : new Map());
  return (a, b) => sorter(asDocument(a), asDocument(b));
}

function sortDirection(value: BsonValue): 1 | -1 {
  const direction = isNumber(value) ? toNumber(value) : 0;
  if (direction === 1 || direction === -1) return direction;
  throw badValue('The $sort element value must be either 1 or -1');
}

function addToSet(operand: BsonValue, context: QueryContext): LeafOperator {
  const values = distinctValues(addToSetValues(operand), context.collation);
  return {
    name: '$addToSet',
    update: (value, site) => {
      if (!Array.isArray(value)) {
        throw badValue(
          `Cannot apply $addToSet to non-array field. Field named '${site.path[site.path.length - 1]}' has non-array type ${typeNameOf(value)}`,
        );
      }
      const present = new ValueMap<true>(site.collation);
      for (const element of value) present.set(element, true);
      const added = values.filter((each) => !present.has(each));
      return added.length === 0 ? unchanged : [...value, ...added];
    },
    create: () => values,
  };
}

function addToSetValues(operand: BsonValue): BsonValue[] {
  if (!(operand instanceof Map) || operand.keys().next().value !== '$each') return [operand];
  const values = operand.get('$each');
  if (!Array.isArray(values)) {
    throw typeMismatch(
      `The argument to $each in $addToSet must be an array but it was of type ${typeNameOf(values)}`,
    );
  }
  if (operand.size > 1) {
    throw badValue(`Found unexpected fields after $each in $addToSet: ${documentToText(operand)}`);
  }
  return values;
}

function pop(operand: BsonValue, field: string): LeafOperator {
  if (!isNumber(operand)) throw failedToParse(`Expected a number in: ${elementToText(field, operand)}`);
  const end = exactInteger(operand);
  if (end === undefined) throw failedToParse(`Expected an integer: ${elementToText(field, operand)}`);
  if (end !== 1n && end !== -1n) throw failedToParse(`$pop expects 1 or -1, found: ${end}`);
  return {
    name: '$pop',
    update: (value, site) => {
      if (!Array.isArray(value)) {
        throw typeMismatch(
          `Path '${site.path.join('.')}' contains an element of non-array type '${typeNameOf(value)}'`,
        );
      }
      if (value.length === 0) return unchanged;
      return end === 1n ? value.slice(0, -1) : value.slice(1);
    },
  };
}

function pull(operand: BsonValue, context: QueryContext): LeafOperator {
  return culling('$pull', () => pullTest(operand, context));
}

/** Operators and regular expressions test any element, another document the fields of elements, a value equality. */
function pullTest(operand: BsonValue, context: QueryContext): (element: BsonValue) => boolean {
  if (operand instanceof BSONRegExp || (operand instanceof Map && isConditionOnValue(operand))) {
    const filter = compileFilter(new Map([['', operand]]), context);
    return (element) => filter(new Map([['', element]]));
  }
  if (operand instanceof Map) {
    const filter = compileFilter(operand, context);
    return (element) => element instanceof Map && filter(element);
  }
  return (element) => valuesEqual(element, operand, context.collation);
}

function isConditionOnValue(operand: BsonDocument): boolean {
  const first = operand.keys().next().value;
  return first !== undefined && isFieldOperator(first);
}

function pullAll(operand: BsonValue): LeafOperator {
  if (!Array.isArray(operand)) {
    throw badValue(`$pullAll requires an array argument but was given a ${typeNameOf(operand)}`);
  }
  return culling('$pullAll', (site) => {
    const values = new ValueMap<true>(site?.collation);
    for (const value of operand) values.set(value, true);
    return (element) => values.has(element);
  });
}

function culling(name: string, makeTest: (site?: Site) => (element: BsonValue) => boolean): LeafOperator {
  const check = makeTest();
  return {
    name,
    update: (value, site) => {
      if (!Array.isArray(value)) throw badValue('Cannot apply $pull to a non-array value');
      const test = site.collation ? makeTest(site) : check;
      const kept = value.filter((element) => !test(element));
      return kept.length === value.length ? unchanged : kept;
    },
  };
}
