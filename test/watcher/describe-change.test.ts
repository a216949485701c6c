import { MongoClient } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { openCollections } from '../../src/database/collections.ts';
import type { ChangeEvent } from '../../src/watcher/change-event.ts';
import { describeChange } from '../../src/watcher/describe-change.ts';
import { foreignChanges } from '../../src/watcher/foreign-changes.ts';
import { changeEvent } from './support/change-events.ts';

const database = openCollections(new MongoClient('mongodb://127.0.0.1:1'), 'delivery');
const hash = (salt: string) => `$2b$12$${salt.repeat(22)}${'h'.repeat(31)}`;

/** What the journal says of it, each change as one line. */
function told(
  collection: string,
  operationType: string,
  event: Partial<ChangeEvent>,
  claimedBefore: string | null = null,
): unknown {
  const [change] = foreignChanges(database, [changeEvent(collection, operationType, event)], new Date());
  const description = change === undefined ? null : describeChange(change, claimedBefore);
  if (description === null) return null;
  const lines = description.changes.map(({ field, before, after }) => `${field}: ${before} → ${after}`);
  return { [description.action]: lines };
}

describe('the journal says of a record that another application', () => {
  it('inserted: every known value, and of a password only that there is one', () => {
    expect(
      told('users', 'insert', {
        fullDocument: {
          id: 'u1',
          name: 'Priya',
          role: 'customer',
          customer_v2_id: null,
          password_hash: hash('a'),
        },
      }),
    ).toEqual({
      RECORD_CREATED: [
        'users.id: null → u1',
        'users.name: null → Priya',
        'users.role: null → customer',
        'users.password: null → null',
      ],
    });
  });

  it('updated: the known fields that were written, before unknown but for the link', () => {
    const updateDescription = {
      updatedFields: { name: 'Priya', is_active: false, last_seen: 1, password_hash: hash('b') },
      removedFields: ['customer_v2_id'],
    };
    expect(told('users', 'update', { updateDescription }, 'd1')).toEqual({
      RECORD_CHANGED: [
        'users.name: null → Priya',
        'users.is_active: null → false',
        'users.customer_v2_id: d1 → null',
        'users.password: null → null',
      ],
    });
  });

  it('updated within a value: the parts that were written, not that the value is gone', () => {
    const updateDescription = { updatedFields: { 'address.city': 'Pune' }, removedFields: ['address.zip'] };
    expect(told('customers_v2', 'update', { updateDescription })).toEqual({
      RECORD_CHANGED: ['customers_v2.address: null → {"address.city":"Pune","address.zip":null}'],
    });
  });

  it('updated: the values before, where the database kept them', () => {
    const updateDescription = { updatedFields: { status: 'paused', area: 'East', name: 'Same' } };
    const fullDocumentBeforeChange = { status: 'active', name: 'Same', user_id: 'u1' };
    expect(told('customers_v2', 'update', { updateDescription, fullDocumentBeforeChange })).toEqual({
      RECORD_CHANGED: ['customers_v2.area: null → East', 'customers_v2.status: active → paused'],
    });
  });

  it('replaced: all values it has since, and the link that it dropped', () => {
    const fullDocument = { id: 'd1', name: 'Priya', status: 'active' };
    expect(told('customers_v2', 'replace', { fullDocument }, 'u1')).toEqual({
      RECORD_REPLACED: [
        'customers_v2.id: null → d1',
        'customers_v2.name: null → Priya',
        'customers_v2.status: null → active',
        'customers_v2.user_id: u1 → null',
      ],
    });
  });

  it('replaced: what differs, where the database kept what it was', () => {
    const before = { id: 'u1', name: 'Priya', customer_v2_id: 'd1', password_hash: hash('a') };
    const replaced = (fullDocument: object) =>
      told('users', 'replace', { fullDocument, fullDocumentBeforeChange: before });
    expect(replaced({ id: 'u1', name: 'Asha', password_hash: hash('b') })).toEqual({
      RECORD_CHANGED: [
        'users.name: Priya → Asha',
        'users.customer_v2_id: d1 → null',
        'users.password: null → null',
      ],
    });
    expect(replaced({ ...before, last_seen: 3 })).toBeNull();
  });

  it('removed: what it held, where the database kept it, else its link', () => {
    expect(told('users', 'delete', {}, 'd1')).toEqual({
      RECORD_REMOVED: ['users.customer_v2_id: d1 → null'],
    });
    expect(
      told('users', 'delete', { fullDocumentBeforeChange: { name: 'Priya', password_hash: 'x' } }),
    ).toEqual({
      RECORD_REMOVED: ['users.name: Priya → null', 'users.password: null → null'],
    });
  });

  it('wrote with values of wrong types: as text, cut where they are long', () => {
    const updatedFields = { phone: 12, user_id: { a: 1 }, address: 'x'.repeat(2000) };
    expect(told('customers_v2', 'update', { updateDescription: { updatedFields } })).toEqual({
      RECORD_CHANGED: [
        'customers_v2.phone: null → 12',
        `customers_v2.address: null → ${'x'.repeat(500)}…`,
        'customers_v2.user_id: null → {"a":1}',
      ],
    });
  });

  it('gave a password: never the hash', () => {
    const secret = hash('s');
    const everything = [
      told('users', 'insert', { fullDocument: { password_hash: secret } }),
      told('users', 'update', { updateDescription: { updatedFields: { password_hash: secret } } }),
      told('users', 'replace', { fullDocument: { password_hash: secret } }),
      told('users', 'replace', { fullDocument: { password_hash: secret }, fullDocumentBeforeChange: {} }),
      told('users', 'delete', { fullDocumentBeforeChange: { password_hash: secret } }),
    ];
    expect(JSON.stringify(everything)).not.toContain('$2b$');
  });
});
