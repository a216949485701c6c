import type { DigestedChange } from '../database/collections.ts';
import type { ValuesOf } from './notification-kinds.ts';

/**
 * What a digest comes to when it is sent: who was removed and added again, or the other way round, is not in it. Null when
 * nothing is left to tell.
 */
export function digestValues(
  changes: readonly DigestedChange[],
): Omit<ValuesOf<'DELIVERIES_CHANGED'>, 'name'> | null {
  const left = netChanges(changes);
  if (left.length === 0) return null;
  const added = left.filter(({ change }) => change === 'ADDED').map(described);
  const removed = left.filter(({ change }) => change === 'REMOVED').map(described);
  return {
    added: String(added.length),
    removed: String(removed.length),
    addedList: list(added),
    removedList: list(removed),
    customers: [...added.map((one) => `+${one}`), ...removed.map((one) => `-${one}`)]
      .slice(0, maxInline)
      .join(', '),
  };
}

/** More lines nobody reads in a message; the numbers are those of all. */
const maxLines = 200;
/** More than fit into one SMS. */
const maxInline = 20;
/** Of a name and of an area. */
const maxTextLength = 80;

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

function described({ name, area }: DigestedChange): string {
  const [shownName, shownArea] = [cut(name), cut(area)];
  return shownArea === '' ? shownName || '?' : `${shownName || '?'} (${shownArea})`;
}

function cut(text: string | null): string {
  const characters = [...(text ?? '').replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim()];
  return characters.length <= maxTextLength
    ? characters.join('')
    : `${characters.slice(0, maxTextLength - 1).join('')}…`;
}

function list(entries: readonly string[]): string {
  const shown = entries.slice(0, maxLines);
  const rest = entries.length - shown.length;
  return [...shown, ...(rest === 0 ? [] : [`… +${rest}`])].map((line) => `- ${line}`).join('\n') || '-';
}
