import { MongoClient, ObjectId } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { openCollections } from '../../src/database/collections.ts';
import { foreignChanges } from '../../src/watcher/foreign-changes.ts';
import { changeEvent, transaction } from './support/change-events.ts';

/** Names of collections only: nothing is asked of it. */
const database = openCollections(new MongoClient('mongodb://127.0.0.1:1'), 'delivery');
const now = new Date();
const keysOf = (...events: Parameters<typeof foreignChanges>[1]) =>
  foreignChanges(database, events, now).map(({ recordKey }) => recordKey);

describe('a write is foreign', () => {
  it('when it is in no transaction, whatever its collection', () => {
    const [one, two] = [new ObjectId(), new ObjectId()];
    expect(
      keysOf(
        changeEvent('users', 'insert', { documentKey: { _id: one }, fullDocument: {} }),
        changeEvent('customers_v2', 'delete', { documentKey: { _id: two } }),
        changeEvent('users', 'delete', { documentKey: { _id: 'as text' } }),
      ),
    ).toEqual([`user/${one}`, `v2/${two}`, 'user/text:as text']);
  });

  it('when its transaction wrote nothing of the gateway', () => {
    const _id = new ObjectId();
    const foreign = changeEvent('users', 'replace', { ...transaction(), documentKey: { _id } });
    const ownElsewhere = changeEvent('journal', 'insert', transaction());
    expect(keysOf(foreign, ownElsewhere)).toEqual([`user/${_id}`]);
  });

  it('right before and right after one of the gateway to the same record', () => {
    const documentKey = { _id: new ObjectId() };
    const updateDescription = { updatedFields: { name: 'Priya' } };
    const own = transaction();
    const found = foreignChanges(
      database,
      [
        changeEvent('users', 'update', { _id: { _data: 'before' }, documentKey, updateDescription }),
        changeEvent('users', 'update', { _id: { _data: 'own' }, documentKey, updateDescription, ...own }),
        changeEvent('customer_index_records', 'replace', own),
        changeEvent('users', 'update', { _id: { _data: 'after' }, documentKey, updateDescription }),
      ],
      now,
    );
    expect(found.map(({ event }) => event._id._data)).toEqual(['before', 'after']);
  });
});

describe('a write is no foreign change', () => {
  it.each(['journal', 'customer_index_records'])(
    'when its transaction wrote %s too, before or behind it',
    (own) => {
      const mark = transaction();
      expect(
        keysOf(
          changeEvent('users', 'insert', { ...mark, fullDocument: {} }),
          changeEvent(own, 'insert', mark),
          changeEvent('customers_v2', 'insert', { ...mark, fullDocument: {} }),
        ),
      ).toEqual([]);
    },
  );

  it('when it updates fields only that the gateway does not know', () => {
    const updateDescription = { updatedFields: { last_seen: 1 }, removedFields: ['namesake', 'note.name'] };
    expect(keysOf(changeEvent('users', 'update', { updateDescription }))).toEqual([]);
  });

  it('when it is in another collection', () => {
    expect(keysOf(changeEvent('journal', 'insert'), changeEvent('orders', 'insert'))).toEqual([]);
  });
});

describe('the id of a foreign change', () => {
  it('is the same for the same event, differs for every other, and rises with time', () => {
    const events = Array.from({ length: 40 }, () => changeEvent('users', 'insert', { fullDocument: {} }));
    const ids = foreignChanges(database, events, now).map(({ id }) => id);
    expect(foreignChanges(database, events, now).map(({ id }) => id)).toEqual(ids);
    expect(new Set(ids).size).toBe(40);
    expect(ids.toSorted()).toEqual(ids);
  });
});
