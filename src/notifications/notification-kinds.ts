/**
 * Every message that the gateway sends: the values that its templates may show, and those that are secret. Each kind has
 * a template for e-mail and one for SMS in every language.
 */
export const notificationKinds = {
  /** A temporary password. `loginName`: what to type as e-mail or phone; `expiresOn`: a date. */
  CREDENTIALS: { values: ['name', 'loginName', 'expiresOn'], secrets: ['password'] },
  /** To the contact of a delivery record: the code that lets the login which was joined to it read it. */
  LINK_CODE: { values: ['name', 'expiresOn'], secrets: ['code'] },
  /** To the contact of a login that was joined to a delivery record. */
  LOGIN_ADOPTED: { values: ['name'], secrets: [] },
  /** To the contact of a login that was taken apart from a delivery record that it could read. */
  LOGIN_UNLINKED: { values: ['name'], secrets: [] },
  /** To a new address, which is used once the link was opened and confirmed. */
  CONFIRM_EMAIL: { values: ['name', 'expiresOn'], secrets: ['link'] },
  /** To the address or phone that a login has when somebody asks for another address. `newEmail` is masked. */
  EMAIL_CHANGE_REQUESTED: { values: ['name', 'newEmail'], secrets: [] },
  /** To the old address or phone once the new address is in use. */
  EMAIL_CHANGED: { values: ['name', 'newEmail'], secrets: [] },
  /** To the old address once a login has none any more. `loginName`: what to type instead. */
  EMAIL_REMOVED: { values: ['name', 'loginName'], secrets: [] },
  /** To an address that somebody wants for their login, and another login has. */
  EMAIL_IN_USE: { values: [], secrets: [] },
  /**
   * A digest for a delivery boy. `added`, `removed`: how many customers; `addedList`, `removedList`: them, a line each,
   * and `addedMore`, `removedMore`: how many more there are; `customers` and `more`: both, to be shown in one line.
   */
  DELIVERIES_CHANGED: {
    values: [
      'name',
      'added',
      'removed',
      'addedList',
      'addedMore',
      'removedList',
      'removedMore',
      'customers',
      'more',
    ],
    secrets: [],
  },
  /** To a login's own address: where a new password can be chosen, within so many minutes. */
  PASSWORD_RESET: { values: ['name', 'minutes'], secrets: ['link'] },
  /** To a login's own phone: what to choose a new password with. */
  PASSWORD_RESET_CODE: { values: ['name', 'minutes'], secrets: ['code'] },
  /** To an address or phone that several logins share. `options`: the name of each with its own link or code. */
  PASSWORD_RESET_SHARED: { values: ['minutes'], secrets: ['options'] },
  /** To an address or phone that more logins share than one message can offer. */
  PASSWORD_RESET_UNCLEAR: { values: [], secrets: [] },
  /** To a login's own contact: its password is another one now. */
  PASSWORD_CHANGED: { values: ['name'], secrets: [] },
} as const satisfies Record<string, { values: readonly string[]; secrets: readonly string[] }>;

export type NotificationKind = keyof typeof notificationKinds;

export type ValuesOf<Kind extends NotificationKind> = Record<
  (typeof notificationKinds)[Kind]['values'][number],
  string
>;
export type SecretsOf<Kind extends NotificationKind> = Record<
  (typeof notificationKinds)[Kind]['secrets'][number],
  string
>;
