import { registerEnumType } from 'type-graphql';

export const LinkState = {
  LINKED: 'LINKED',
  HALF_LINKED: 'HALF_LINKED',
  ORPHANED_USER: 'ORPHANED_USER',
  ORPHANED_V2: 'ORPHANED_V2',
  DANGLING: 'DANGLING',
  CONFLICT: 'CONFLICT',
} as const;
registerEnumType(LinkState, {
  name: 'LinkState',
  description: 'How the two halves of a customer stand to each other in the database.',
  valuesConfig: {
    LINKED: { description: 'Login and delivery record name each other.' },
    HALF_LINKED: { description: 'One names the other, nobody disputes it, and the link back is missing.' },
    ORPHANED_USER: { description: 'A login that names nobody and is named by nobody.' },
    ORPHANED_V2: { description: 'A delivery record that names nobody and is named by nobody.' },
    DANGLING: { description: 'Names a record that does not exist, and nobody names it.' },
    CONFLICT: {
      description:
        'Anything else: a claim that is not returned, two claimants, a link of the wrong type, a missing or double id.',
    },
  },
});

export const CustomerStatus = {
  ACTIVE: 'ACTIVE',
  TRIAL: 'TRIAL',
  PAUSED: 'PAUSED',
  INACTIVE: 'INACTIVE',
  OTHER: 'OTHER',
} as const;
registerEnumType(CustomerStatus, {
  name: 'CustomerStatus',
  description: 'The status of the delivery record; of a customer who has only a login, whether it is active.',
  valuesConfig: {
    ACTIVE: { description: 'Deliveries are running.' },
    TRIAL: { description: 'Trying the service.' },
    PAUSED: { description: 'Deliveries are paused.' },
    INACTIVE: { description: 'No deliveries.' },
    OTHER: { description: 'Any other text, found in `delivery.statusText`.' },
  },
});

export const SourceSystem = { USERS: 'USERS', CUSTOMERS_V2: 'CUSTOMERS_V2' } as const;
registerEnumType(SourceSystem, {
  name: 'SourceSystem',
  description: 'The collection that a half of a customer is stored in.',
  valuesConfig: {
    USERS: { description: 'Logins.' },
    CUSTOMERS_V2: { description: 'Delivery and billing records.' },
  },
});

export const LoginBlocker = {
  NO_LOGIN: 'NO_LOGIN',
  INACTIVE: 'INACTIVE',
  NO_PASSWORD: 'NO_PASSWORD',
  CREDENTIALS_NOT_SENT: 'CREDENTIALS_NOT_SENT',
  TEMPORARY_PASSWORD_EXPIRED: 'TEMPORARY_PASSWORD_EXPIRED',
  LOCKED: 'LOCKED',
} as const;
export type LoginBlocker = keyof typeof LoginBlocker;
registerEnumType(LoginBlocker, {
  name: 'LoginBlocker',
  description: 'A reason why a customer cannot log in.',
  valuesConfig: {
    NO_LOGIN: { description: 'There is no login.' },
    INACTIVE: { description: 'The login is not active.' },
    NO_PASSWORD: { description: 'The stored password hash is missing or can match no password.' },
    CREDENTIALS_NOT_SENT: { description: 'The login waits for its first credentials.' },
    TEMPORARY_PASSWORD_EXPIRED: { description: 'The temporary password was not used in time.' },
    LOCKED: { description: 'Too many failed attempts; it passes by itself.' },
  },
});

export const BillingIssue = {
  NO_ADDRESS: 'NO_ADDRESS',
  NO_PHONE: 'NO_PHONE',
  NO_DELIVERY_RECORD: 'NO_DELIVERY_RECORD',
  LINK_CONFLICT: 'LINK_CONFLICT',
} as const;
export type BillingIssue = keyof typeof BillingIssue;
registerEnumType(BillingIssue, {
  name: 'BillingIssue',
  description: 'A reason why a customer cannot be billed as the data is.',
  valuesConfig: {
    NO_ADDRESS: { description: 'There is no address.' },
    NO_PHONE: { description: 'There is no valid phone number.' },
    NO_DELIVERY_RECORD: { description: 'There is only a login.' },
    LINK_CONFLICT: { description: 'The links of this customer contradict each other.' },
  },
});

export const CustomerOrderField = { NAME: 'NAME', CREATED_AT: 'CREATED_AT' } as const;
export type CustomerOrderField = keyof typeof CustomerOrderField;
registerEnumType(CustomerOrderField, {
  name: 'CustomerOrderField',
  description: 'What customers are ordered by.',
  valuesConfig: {
    NAME: { description: 'By name, case and accents aside; no name counts as later than any.' },
    CREATED_AT: { description: 'By `createdAt`; customers for whom it is not known count as the oldest.' },
  },
});

export const OrderDirection = { ASC: 'ASC', DESC: 'DESC' } as const;
export type OrderDirection = keyof typeof OrderDirection;
registerEnumType(OrderDirection, {
  name: 'OrderDirection',
  description: 'The direction of an order.',
  valuesConfig: { ASC: { description: 'Smallest first.' }, DESC: { description: 'Largest first.' } },
});

export const IdentifierKind = { ID: 'ID', EMAIL: 'EMAIL', PHONE: 'PHONE', NAME: 'NAME' } as const;
export type IdentifierKind = keyof typeof IdentifierKind;
registerEnumType(IdentifierKind, {
  name: 'IdentifierKind',
  description: 'What a text was recognised as.',
  valuesConfig: {
    ID: { description: 'The id of either half.' },
    EMAIL: { description: 'The e-mail of either half, case aside.' },
    PHONE: { description: 'The phone of either half, in any spelling.' },
    NAME: { description: 'The whole name on either half; case, accents and spacing aside.' },
  },
});
