import type { Document } from 'mongodb';
import type { Database } from '../../../src/database/collections.ts';
import { recordKey } from '../../../src/database/stored-documents.ts';
import { type OracleCustomer, oracleCustomers } from '../../support/oracle.ts';
import { oracleAddressOfId, oracleCreatedAt, oracleText } from '../../support/oracle-values.ts';
import type { CustomerAnswer } from './customer-answer.ts';

/** A customer by the oracle, and the answer that it makes of every field. */
export interface ExpectedCustomer extends OracleCustomer {
  readonly answer: CustomerAnswer;
}

export interface ExpectedWorld {
  readonly customers: ExpectedCustomer[];
  readonly users: Document[];
  readonly customersV2: Document[];
}

/** Reads both collections whole, now, and asks the oracle what a gateway with its default settings has to answer. */
export async function readExpected(database: Database, now = new Date()): Promise<ExpectedWorld> {
  const users = await database.db.collection('users').find().toArray();
  const customersV2 = await database.db.collection('customers_v2').find().toArray();
  const stored = await database.accounts.find().toArray();
  const byKey = new Map(stored.map((account) => [account._id, account]));
  const accounts = new Map(
    users.map((user) => [oracleAddressOfId(user._id), byKey.get(recordKey(user._id))]),
  );
  const customers = oracleCustomers(users, customersV2, {
    accounts: new Map(
      [...accounts].map(([address, account]) => [
        address,
        {
          passwordExpiresAt: account?.passwordExpiresAt ?? null,
          credentialsPending: account?.credentialsPending ?? false,
        },
      ]),
    ),
    phoneRegion: 'IN',
    legacyTimezone: 'UTC',
    now,
  });
  const answerOf = (customer: OracleCustomer): CustomerAnswer => {
    const { login, delivery } = customer;
    const account = login === null ? undefined : accounts.get(oracleAddressOfId(login._id));
    return {
      id: customer.id,
      name: customer.name,
      phone: customer.phone,
      phoneE164: customer.phoneE164,
      email: customer.email,
      address: customer.address,
      area: customer.area,
      status: customer.status,
      isActive: customer.isActive,
      createdAt: customer.createdAt,
      systems: customer.systems.toSorted(),
      link: {
        state: customer.linkState,
        ...customer.link,
        conflictingIds: [...customer.link.conflictingIds],
      },
      login: login && {
        userId: customer.link.userId,
        name: oracleText(login.name),
        email: oracleText(login.email),
        phone: oracleText(login.phone),
        role: 'CUSTOMER',
        isActive: login.is_active === undefined || login.is_active === null || login.is_active === true,
        mustChangePassword: account?.mustChangePassword ?? false,
        credentialsSentAt: account?.credentialsSentAt?.toISOString() ?? null,
        lastLoginAt: account?.lastLoginAt?.toISOString() ?? null,
      },
      delivery: delivery && {
        customerV2Id: customer.link.customerV2Id,
        name: oracleText(delivery.name),
        phone: oracleText(delivery.phone),
        email: oracleText(delivery.email),
        address: oracleText(delivery.address),
        area: oracleText(delivery.area),
        statusText: oracleText(delivery.status),
        createdAt: oracleCreatedAt(delivery.created_at, delivery._id, 'UTC'),
      },
      canLogin: customer.canLogin,
      loginBlockers: customer.loginBlockers.toSorted(),
      canResetPassword: customer.canResetPassword,
      billingIssues: customer.billingIssues.toSorted(),
      deliveryBoy: contactOf(users, customer.deliveryBoyId),
      differences: customer.differences.toSorted().map((field) => ({
        field,
        usersValue: oracleText(login?.[field]),
        customersV2Value: oracleText(delivery?.[field]),
      })),
    };
  };
  return {
    customers: customers.map((customer) => ({ ...customer, answer: answerOf(customer) })),
    users,
    customersV2,
  };
}

function contactOf(users: readonly Document[], id: string | null): CustomerAnswer['deliveryBoy'] {
  const boy = id === null ? undefined : users.find((user) => user.id === id);
  return boy === undefined
    ? null
    : { id: String(boy.id), name: oracleText(boy.name), phone: oracleText(boy.phone) };
}
