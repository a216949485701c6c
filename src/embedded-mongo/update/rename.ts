import { valuesIdentical } from '../bson/equal.ts';
import { elementToText } from '../bson/to-text.ts';
import type { BsonValue } from '../bson/value.ts';
import { badValue, MongoServerError, pathNotViable } from '../errors.ts';
import { type DocumentEditor, type Found, numericIndex } from './document-editor.ts';
import { idText } from './leaf-operator.ts';

/** Checks a `$rename` of one field and answers both paths. */
export function parseRename(field: string, target: BsonValue): { from: string[]; to: string[] } {
  if (typeof target !== 'string') {
    throw badValue(`The 'to' field for $rename must be a string: ${elementToText(field, target)}`);
  }
  const from = field.split('.');
  const to = target.split('.');
  for (const [path, text, role] of [
    [from, field, 'source'],
    [to, target, 'destination'],
  ] as const) {
    if (text === '') throw new MongoServerError(56, 'An empty update path is not valid.');
    if (path.includes('')) {
      throw new MongoServerError(
        56,
        `The update path '${text}' contains an empty field name, which is not allowed.`,
      );
    }
    if (path.some((part) => part === '$' || /^\$\[.*\]$/.test(part))) {
      throw badValue(`The ${role} field for $rename may not be dynamic: ${text}`);
    }
  }
  if (field === target) {
    throw badValue(`The source and target field for $rename must differ: ${elementToText(field, target)}`);
  }
  const shared = Math.min(from.length, to.length);
  if (from.slice(0, shared).join('.') === to.slice(0, shared).join('.')) {
    throw badValue(
      `The source and target field for $rename must not be on the same path: ${elementToText(field, target)}`,
    );
  }
  return { from, to };
}

/** Moves a field; a missing source does nothing. Neither path may lead through an array. */
export function applyRename(editor: DocumentEditor, from: readonly string[], to: readonly string[]): boolean {
  const source = editor.find(from);
  if (!source.exists) {
    refuseUnreachable(from, source);
    return false;
  }
  refuseArrays(editor, from, 'source');
  refuseArrays(editor, to, 'destination');
  const target = editor.find(to);
  if (!target.exists || !valuesIdentical(target.value, source.value)) editor.set(to, source.value);
  editor.remove(from);
  return true;
}

/** A source behind a value that has no fields is an error, though one that is merely missing is not. */
function refuseUnreachable(path: readonly string[], { deepest, depth }: Found & { exists: false }): void {
  const isViable =
    deepest instanceof Map || (Array.isArray(deepest) && numericIndex(path[depth] as string) >= 0);
  if (isViable) return;
  const name = path[depth - 1] as string;
  throw pathNotViable(
    `cannot use the part (${name} of ${path.join('.')}) to traverse the element ({${elementToText(name, deepest)}})`,
  );
}

function refuseArrays(editor: DocumentEditor, path: readonly string[], role: string): void {
  for (let length = 1; length < path.length; length++) {
    const found = editor.find(path.slice(0, length));
    if (!found.exists) return;
    if (Array.isArray(found.value)) {
      throw badValue(
        `The ${role} field cannot be an array element, '${path.join('.')}' in doc with ${idText(editor.root)} has an array field called '${path[length - 1]}'`,
      );
    }
  }
}
