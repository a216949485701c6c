import { BSON, type Document, ObjectId } from 'mongodb';
import type { RecordSource } from '../database/collections.ts';
import type { FieldChange, JournalAction } from '../journal/write-journal.ts';
import { type ChangeEvent, knownFields, linkFields, secretField } from './change-event.ts';
import { type ForeignChange, updatedRoots } from './foreign-changes.ts';

export interface ChangeDescription {
  readonly action: JournalAction;
  readonly changes: FieldChange[];
}

/**
 * What the journal says of a foreign change; null when nothing that the gateway knows of has changed. Values before are
 * known where the collection keeps pre-images; otherwise only the link's, from what the index knew.
 *
 * @param claimedBefore Whom the record claimed when the index last looked; null for nobody, or when it did not know it.
 */
export function describeChange(
  change: ForeignChange,
  claimedBefore: string | null,
): ChangeDescription | null {
  const { source, event } = change;
  const before = event.fullDocumentBeforeChange ?? null;
  switch (event.operationType) {
    case 'insert':
      return { action: 'RECORD_CREATED', changes: differences(source, {}, event.fullDocument ?? {}) };
    case 'delete':
      return {
        action: 'RECORD_REMOVED',
        changes: differences(source, before ?? linkOnly(source, claimedBefore), {}),
      };
    case 'replace':
      return describeReplacement(source, before, event.fullDocument ?? {}, claimedBefore);
    default:
      return describeUpdate(change, before, claimedBefore);
  }
}

/** Without the document that was there, nobody knows which values are new: all are told, under an action that says so. */
function describeReplacement(
  source: RecordSource,
  before: Document | null,
  after: Document,
  claimedBefore: string | null,
): ChangeDescription | null {
  if (before === null) {
    const { [secretField]: _, ...known } = after;
    const changes = differences(source, linkOnly(source, claimedBefore), known);
    return { action: 'RECORD_REPLACED', changes };
  }
  const changes = differences(source, before, after);
  return changes.length === 0 ? null : { action: 'RECORD_CHANGED', changes };
}

function describeUpdate(
  { source, event }: ForeignChange,
  before: Document | null,
  claimedBefore: string | null,
): ChangeDescription | null {
  const roots = updatedRoots(event);
  const written = writtenBy(event, knownFields[source]);
  const known = before ?? linkOnly(source, claimedBefore);
  const changes = knownFields[source]
    .filter((field) => roots.has(field))
    .filter((field) => before === null || !sameValue(before[field], written[field]))
    .map((field) => changeOf(source, field, known[field], written[field]));
  if (source === 'user' && roots.has(secretField)) changes.push(passwordChange);
  return changes.length === 0 ? null : { action: 'RECORD_CHANGED', changes };
}

/** The values that an update wrote; of one that it wrote parts of, only these, by their paths. */
function writtenBy(
  { updateDescription: { updatedFields = {}, removedFields = [] } = {} }: ChangeEvent,
  fields: readonly string[],
): Document {
  const paths: [string, unknown][] = [
    ...Object.entries(updatedFields),
    ...removedFields.map((path): [string, unknown] => [path, null]),
  ];
  return Object.fromEntries(
    fields.flatMap((field): [string, unknown][] => {
      const whole = paths.find(([path]) => path === field);
      const parts = paths.filter(([path]) => path.startsWith(`${field}.`));
      if (whole !== undefined) return [whole];
      return parts.length === 0 ? [] : [[field, Object.fromEntries(parts)]];
    }),
  );
}

function differences(source: RecordSource, before: Document, after: Document): FieldChange[] {
  const changes = knownFields[source]
    .filter((field) => !sameValue(before[field], after[field]))
    .map((field) => changeOf(source, field, before[field], after[field]));
  if (source === 'user' && !sameValue(before[secretField], after[secretField])) changes.push(passwordChange);
  return changes;
}

function changeOf(source: RecordSource, field: string, before: unknown, after: unknown): FieldChange {
  const collection = source === 'user' ? 'users' : 'customers_v2';
  return { field: `${collection}.${field}`, before: textOf(before), after: textOf(after) };
}

const passwordChange: FieldChange = { field: 'users.password', before: null, after: null };

function linkOnly(source: RecordSource, claimed: string | null): Document {
  return claimed === null ? {} : { [linkFields[source]]: claimed };
}

/** A missing field and a null one mean the same. */
function sameValue(one: unknown, other: unknown): boolean {
  return one === other || extendedJson(one ?? null) === extendedJson(other ?? null);
}

function extendedJson(value: unknown): string {
  return BSON.EJSON.stringify({ value }, { relaxed: false });
}

/** The journal is read by people: a value that nobody can have meant is cut. */
const maxTextLength = 500;

function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  const text = valueText(value);
  return text.length > maxTextLength ? `${text.slice(0, maxTextLength)}…` : text;
}

function valueText(value: unknown): string {
  if (value instanceof ObjectId) return value.toHexString();
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
  return typeof value === 'object' ? BSON.EJSON.stringify(value) : String(value);
}
