import type { Document } from 'mongodb';

/**
 * A plain object with these fields, in this order. JavaScript moves names that are whole numbers to the front
 * of an object, in ascending order; where that would change the order, the Map itself is returned, which the
 * driver stores just as well.
 */
export function fieldsToDocument(fields: Map<string, unknown>): Document {
  if (!keepsOrder(fields.keys())) return fields;
  const document: Document = {};
  for (const [name, value] of fields) {
    // Assigning `__proto__` would set the prototype instead of a field.
    if (name === '__proto__') {
      Object.defineProperty(document, name, { value, enumerable: true, configurable: true, writable: true });
    } else document[name] = value;
  }
  return document;
}

function keepsOrder(names: Iterable<string>): boolean {
  let previous = -1;
  let onlyIndexes = true;
  for (const name of names) {
    const index = isArrayIndex(name) ? Number(name) : null;
    if (index === null) onlyIndexes = false;
    else if (!onlyIndexes || index < previous) return false;
    else previous = index;
  }
  return true;
}

function isArrayIndex(name: string): boolean {
  const first = name.charCodeAt(0);
  return first >= 0x30 && first <= 0x39 && /^(0|[1-9]\d{0,9})$/.test(name) && Number(name) < 4_294_967_295;
}
