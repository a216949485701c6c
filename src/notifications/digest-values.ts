import type { DigestedChange } from '../database/collections.ts';
import type { ValuesOf } from './notification-kinds.ts';

/**
 * What a digest comes to when it is sent: who was removed and added again, or the other way round, is not in it. Null when
 * nothing is left to tell.
 *
 * @param nameIn How the message shows a name; what it cannot show is left out.
 */
export function digestValues(
  changes: readonly DigestedChange[],
  nameIn: (name: string) => string,
): Omit<ValuesOf<'DELIVERIES_CHANGED'>, 'name'> | null {
  const left = netChanges(changes);
  if (left.length === 0) return null;
  const added = left.filter(({ change }) => change === 'ADDED');
  const removed = left.filter(({ change }) => change === 'REMOVED');
  const inline = [...added, ...removed].slice(0, maxInline);
  return {
    added: String(added.length),
    removed: String(removed.length),
    addedList: list(added, nameIn),
    addedMore: numberOver(added.length, maxLines),
    removedList: list(removed, nameIn),
    removedMore: numberOver(removed.length, maxLines),
    customers: inline
      .map((one) => `${one.change === 'ADDED' ? '+' : '-'}${described(one, nameIn, maxInlineLength)}`)
      .join('\n'),
    more: numberOver(left.length, maxInline),
  };
}

/** Whether a digest may have to name somebody by the phone: an SMS may leave out what has no Latin letters. */
export function isNamedByPhone(name: string | null): boolean {
  return !/\p{Script=Latin}/u.test(name ?? '');
}

/** More lines nobody reads in a message; the numbers are those of all. */
const maxLines = 200;
/** More than fit into one SMS. */
const maxInline = 20;
/** Of a name and of an area, on a line of its own and among others. */
const maxTextLength = 80;
const maxInlineLength = 32;

/** Changes of one customer alternate, so the first and the last tell what they come to. */
function netChanges(changes: readonly DigestedChange[]): DigestedChange[] {
  const firsts = new Map<string, DigestedChange>();
  const lasts = new Map<string, DigestedChange>();
  for (const change of changes) {
    if (!firsts.has(change.deliveryKey)) firsts.set(change.deliveryKey, change);
    lasts.set(change.deliveryKey, change);
  }
  return [...lasts.values()].filter((last) => firsts.get(last.deliveryKey)?.change === last.change);
}

/** By name and area; somebody without a name that can be shown by phone and area. */
function described(
  { name, area, phone = null }: DigestedChange,
  nameIn: (name: string) => string,
  maxLength: number,
): string {
  const shown = (text: string | null) => cut(legible(nameIn(oneLine(text))), maxLength);
  const who = shown(name) || shown(phone) || 'no name';
  const where = shown(area);
  return where === '' ? who : `${who} (${where})`;
}

function oneLine(text: string | null): string {
  return (text ?? '').replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}

/** Nothing for what has no letter and no digit, such as the points and spaces that are left of another script. */
function legible(text: string): string {
  return /[\p{L}\p{N}]/u.test(text) ? text.trim() : '';
}

/** Between words where that leaves most of it. */
function cut(text: string, maxLength: number): string {
  const characters = [...text];
  if (characters.length <= maxLength) return text;
  const beginning = characters.slice(0, maxLength - ellipsis.length).join('');
  const words = beginning.slice(0, beginning.lastIndexOf(' '));
  return `${(words.length > beginning.length / 2 ? words : beginning).trim()}${ellipsis}`;
}

const ellipsis = '...';

function list(changes: readonly DigestedChange[], nameIn: (name: string) => string): string {
  return changes
    .slice(0, maxLines)
    .map((change) => `- ${described(change, nameIn, maxTextLength)}`)
    .join('\n');
}

function numberOver(count: number, most: number): string {
  return count > most ? String(count - most) : '';
}
