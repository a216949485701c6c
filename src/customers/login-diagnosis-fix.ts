/** A root field with its arguments and what it answers, as it stands in an operation. */
export interface FixCall {
  readonly text: string;
  /** What only a person can know: name and type of a variable. */
  readonly variable?: { readonly name: string; readonly type: string };
}

/** The operation that makes some calls, one after the other, as text to be pasted where operations are run. */
export function fixText(calls: readonly FixCall[]): string {
  const asked = calls.flatMap(({ variable }) => (variable === undefined ? [] : [variable]));
  const variables = asked.map(({ name, type }) => `$${name}: ${type}`).join(', ');
  const texts = calls.map(({ text }) => text).join(' ');
  return `mutation ${variables === '' ? '' : `(${variables}) `}{ ${texts} }`;
}

/** What is said where no operation helps: it can be pasted as well, and does nothing. */
export function noFix(why: string): string {
  return `# ${why.replace(/\s+/g, ' ')}`;
}

/** Ids as they stand in an operation: JSON's strings are GraphQL's. */
export const fixCalls = {
  createLogin: (customerId: string): FixCall => ({
    text: `createLogin(customerId: ${quoted(customerId)}) { id }`,
  }),
  resendCredentials: (customerId: string): FixCall => ({
    text: `resendCredentials(customerId: ${quoted(customerId)}) { message }`,
  }),
  setLoginActive: (userId: string): FixCall => ({
    text: `setLoginActive(userId: ${quoted(userId)}, active: true) { userId isActive }`,
  }),
  unlockLogin: (userId: string): FixCall => ({
    text: `unlockLogin(userId: ${quoted(userId)}) { userId }`,
  }),
  /** Asks for a phone, or for an e-mail, and gives it to the customer. */
  giveContact: (customerId: string, field: 'phone' | 'email'): FixCall => ({
    text: `updateCustomer(input: { id: ${quoted(customerId)}, ${field}: $${field} }) { __typename }`,
    variable: { name: field, type: 'String!' },
  }),
  /** @param at Which of several it is: each needs a name of its own. */
  clearLink: (system: 'USERS' | 'CUSTOMERS_V2', id: string, at: number): FixCall => ({
    text: `clear${at + 1}: clearLink(system: ${system}, id: ${quoted(id)}) { id }`,
  }),
  /** @param userId Null: asked for. */
  linkCustomer: (userId: string | null, customerV2Id: string): FixCall => ({
    text: `linkCustomer(userId: ${userId === null ? '$userId' : quoted(userId)}, customerV2Id: ${quoted(customerV2Id)}) { id }`,
    ...(userId === null && { variable: { name: 'userId', type: 'ID!' } }),
  }),
} as const;

function quoted(text: string): string {
  return JSON.stringify(text);
}
