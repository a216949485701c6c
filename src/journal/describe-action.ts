import type { FieldChange, JournalAction } from './write-journal.ts';

/**
 * A sentence about what was done, without who did it. A text for each action: one that is missing does not compile. Of an
 * action that this version does not know, its name in words.
 *
 * @param names What the people whom `peopleIn` names are called; who is not in it is told by the id.
 */
export function describeAction(
  action: string,
  changes: readonly FieldChange[],
  names: ReadonlyMap<string, string> = new Map(),
): string {
  const sentence = isKnown(action) ? sentences[action] : undefined;
  if (sentence === undefined) return `${capitalized(action.toLowerCase().replaceAll('_', ' '))}.`;
  return typeof sentence === 'string' ? sentence : sentence(changes, names);
}

/** The addresses of the people whom a sentence about these changes names: delivery boys, before and after. */
export function peopleIn(changes: readonly FieldChange[]): string[] {
  return changes
    .filter(isOfDeliveryBoy)
    .flatMap(({ before, after }) => [before, after])
    .filter((id) => id !== null);
}

type Names = ReadonlyMap<string, string>;
type Sentence = string | ((changes: readonly FieldChange[], names: Names) => string);

const sentences: Readonly<Record<JournalAction, Sentence>> = {
  ADMIN_CREATED: 'The login of an admin was made on the command line.',
  CUSTOMER_CREATED: 'The customer was created, with a login and a delivery record linked to each other.',
  CUSTOMER_UPDATED: (changes, names) => `The customer was changed: ${fieldsOf(changes, names)}.`,
  LOGIN_CREATED: 'A login was made for the delivery record, and the two were linked.',
  LOGIN_REMOVED: 'The login that a backfill had made was removed again.',
  DELIVERY_RECORD_CREATED: 'A delivery record was made for the login, and the two were linked.',
  LOGIN_ADOPTED:
    'The login that was there already was linked to the delivery record instead of making another.',
  DELIVERY_RECORD_ADOPTED:
    'The delivery record that was there already was linked to the login instead of making another.',
  LINK_CODE_SENT: 'A code was sent to the contact of the delivery record, to confirm the link with it.',
  LINK_CONFIRMED: 'The customer confirmed the link with the code that was sent.',
  CUSTOMER_LINKED: 'The login and the delivery record were linked: they are one customer.',
  LINK_COMPLETED:
    'The missing side of a half link was written: the login and the delivery record are one customer.',
  LINK_CLEARED: (changes) => `A link that a record held was cleared${ofFields(changes)}.`,
  CUSTOMER_UNLINKED: 'The login and the delivery record were unlinked: they are two customers.',
  CREDENTIALS_ISSUED: (changes) => `A temporary password was issued${sentTo(changes)}.`,
  LOGGED_IN: 'Logged in.',
  LOGIN_FAILED: 'A log-in failed.',
  LOGIN_LOCKED: 'The login was locked for a while after too many failed log-ins.',
  PASSWORD_CHANGED: 'The password was changed by who knew the old one.',
  PASSWORD_RESET_REQUESTED: (changes) =>
    `A message to choose a new password was asked for${sentTo(changes)}.`,
  PASSWORD_RESET: 'A new password was chosen with the message that was sent.',
  EMAIL_CHANGE_REQUESTED: 'Another e-mail address was asked for; it waits to be confirmed.',
  EMAIL_CHANGED: 'The e-mail address was changed after it was confirmed.',
  LOGGED_OUT: 'Logged out.',
  SESSIONS_ENDED: 'All sessions were ended.',
  REFRESH_TOKEN_REUSED: 'A used-up token came back, and the session that it belonged to was ended.',
  STAFF_CREATED: 'The login of somebody of the staff was made.',
  ROLE_CHANGED: (changes) => {
    const role = changes.find(({ field }) => field === 'role');
    return role === undefined
      ? 'The role was changed.'
      : `The role was changed from ${role.before ?? 'none'} to ${role.after ?? 'none'}.`;
  },
  LOGIN_ACTIVATED: 'The login was activated.',
  LOGIN_DEACTIVATED: 'The login was deactivated.',
  LOGIN_UNLOCKED: 'The login was unlocked.',
  DELIVERY_BOY_ASSIGNED: (changes, names) => {
    const { before = null, after = null } = changes.find(isOfDeliveryBoy) ?? {};
    const assigned =
      after === null ? 'A delivery boy was assigned' : `Delivery boy ${nameOf(after, names)} was assigned`;
    return before === null ? `${assigned}.` : `${assigned}; before: ${nameOf(before, names)}.`;
  },
  DELIVERY_BOY_UNASSIGNED: (changes, names) => {
    const before = changes.find(isOfDeliveryBoy)?.before ?? null;
    return before === null
      ? 'The delivery boy was unassigned.'
      : `Delivery boy ${nameOf(before, names)} was unassigned.`;
  },
  NOTIFICATION_RESENT: (changes) => `A message that could not be sent was sent again${sentTo(changes)}.`,
  RECORD_CREATED: (changes) => `The record was made outside of the gateway${inCollection(changes)}.`,
  RECORD_CHANGED: (changes, names) =>
    `The record was changed outside of the gateway: ${fieldsOf(changes, names)}.`,
  RECORD_REPLACED: (changes) =>
    `The whole record was replaced outside of the gateway${inCollection(changes)}; what it held before is not known.`,
  RECORD_REMOVED: (changes) => `The record was removed outside of the gateway${inCollection(changes)}.`,
};

/** Every action that the journal knows. */
export const journalActions = Object.keys(sentences) as JournalAction[];

function isKnown(action: string): action is JournalAction {
  return Object.hasOwn(sentences, action);
}

const mostFields = 6;

/** The names of the fields, without their collections; of delivery boys who it is. */
function fieldsOf(changes: readonly FieldChange[], names: Names = new Map()): string {
  const fields = [
    ...new Set(
      changes.map((change) =>
        isOfDeliveryBoy(change) ? deliveryBoys(change, names) : inWords(change.field),
      ),
    ),
  ];
  if (fields.length === 0) return 'nothing that is shown';
  const shown = fields.slice(0, mostFields);
  const rest = fields.length - shown.length;
  if (rest > 0) return `${shown.join(', ')} and ${rest} more`;
  const last = shown.pop() ?? '';
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`;
}

function isOfDeliveryBoy({ field }: FieldChange): boolean {
  return field === 'customers_v2.delivery_boy_id';
}

function deliveryBoys({ before, after }: FieldChange, names: Names): string {
  const now = after === null ? 'nobody' : nameOf(after, names);
  return `delivery boy (${now}${before === null ? '' : `; before: ${nameOf(before, names)}`})`;
}

/** In one line, and no longer than a sentence bears. */
function nameOf(id: string, names: Names): string {
  const name = (names.get(id) ?? '').replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
  const characters = [...(name === '' ? id : name)];
  return characters.length <= maxNameLength
    ? characters.join('')
    : `${characters.slice(0, maxNameLength - 3).join('')}...`;
}

const maxNameLength = 80;

/** `users.is_active`: "is active"; `users.customer_v2_id`: "link to the delivery record". */
function inWords(field: string): string {
  const name = field.slice(field.indexOf('.') + 1);
  if (name === 'customer_v2_id') return 'link to the delivery record';
  if (name === 'user_id') return 'link to the login';
  return name.replaceAll('_', ' ').replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function ofFields(changes: readonly FieldChange[]): string {
  return changes.length === 0 ? '' : `: ${fieldsOf(changes)}`;
}

function inCollection(changes: readonly FieldChange[]): string {
  const collection = /^(users|customers_v2)\./.exec(changes[0]?.field ?? '')?.[1];
  return collection === undefined ? '' : ` in ${collection}`;
}

/** Destinations are masked where they are written. */
function sentTo(changes: readonly FieldChange[]): string {
  const to = changes.find(({ field }) => field === 'sentTo' || !field.includes('.'))?.after ?? null;
  return to === null || to === '' ? '' : ` and sent to ${to}`;
}

function capitalized(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
