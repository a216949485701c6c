import type { BsonValue } from '../bson/value.ts';

/** The fields that a `$group` reads of its documents. */
export interface GroupFields {
  names: Set<string>;
  /** Those that are left out of a group's `_id` where they are missing. */
  presence: Set<string>;
}

/**
 * What a `$group` reads, when it says so plainly: `_id` of fields, or an object of fields, and sums, averages, least and
 * greatest values of fields. Undefined for any other stage, for fields of documents within documents, and for no field.
 */
export function groupFields(stage: BsonValue): GroupFields | undefined {
  const group = stage instanceof Map && stage.size === 1 ? stage.get('$group') : undefined;
  if (!(group instanceof Map) || !group.has('_id')) return undefined;
  const fields: GroupFields = { names: new Set(), presence: new Set() };
  for (const [name, value] of group) {
    const isPlain = name === '_id' ? addKey(value, fields) : addAccumulated(value, fields);
    if (!isPlain) return undefined;
  }
  return fields.names.size === 0 ? undefined : fields;
}

/** Of a missing value and of null these make the same. */
const accumulators: ReadonlySet<string> = new Set(['$sum', '$avg', '$min', '$max']);

function addKey(key: BsonValue, fields: GroupFields): boolean {
  if (!(key instanceof Map)) return addValue(key, fields.names);
  for (const [name, value] of key) {
    if (name.startsWith('$') || !addValue(value, fields.names) || !addValue(value, fields.presence))
      return false;
  }
  return true;
}

function addAccumulated(value: BsonValue, fields: GroupFields): boolean {
  if (!(value instanceof Map) || value.size !== 1) return false;
  const [[operator, operand]] = [...value] as [[string, BsonValue]];
  if (operator === '$count') return true;
  return accumulators.has(operator) && addValue(operand, fields.names);
}

/** A field at the top of the document, or a constant. */
function addValue(value: BsonValue, names: Set<string>): boolean {
  if (value instanceof Map || Array.isArray(value)) return false;
  if (typeof value !== 'string' || !value.startsWith('$')) return true;
  if (value.startsWith('$$') || value.includes('.') || value.length === 1) return false;
  names.add(value.slice(1));
  return true;
}
