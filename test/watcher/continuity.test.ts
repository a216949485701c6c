import { MongoServerError, ObjectId } from 'mongodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/collections.ts';
import {
  aMoment,
  openWatchedDatabase,
  placeOf,
  until,
  type WatchedDatabase,
  watcherJob,
} from './support/watched-database.ts';

let opened: WatchedDatabase;

/** The database, with each of its change streams changed. */
function watchedBy(
  database: Database,
  change: (stream: ReturnType<Database['db']['watch']>) => void,
): Database {
  const watch = (...given: Parameters<typeof database.db.watch>) => {
    const stream = database.db.watch(...given);
    change(stream);
    return stream;
  };
  return { ...database, db: Object.create(database.db, { watch: { value: watch } }) };
}

beforeEach(async () => {
  opened = await openWatchedDatabase();
});
afterEach(() => opened.close());

describe('a watcher that stopped', () => {
  it('goes on where it was: what happened meanwhile is told, and nothing twice', async () => {
    const first = await opened.watching();
    await opened.users.updateOne({ id: 'u1' }, { $set: { name: 'Before' } });
    await opened.settled();
    await first.stop();
    await opened.users.updateOne({ id: 'u1' }, { $set: { name: 'Meanwhile' } });
    await opened.users.updateOne({ id: 'u1' }, { $set: { name: 'Later' } });
    const second = await opened.watching();
    await opened.settled();
    expect((await opened.told()).map(({ changes }) => changes)).toEqual([
      ['users.name: null → Before'],
      ['users.name: null → Meanwhile'],
      ['users.name: null → Later'],
    ]);
    expect(second.reports.map(({ kind }) => kind)).not.toContain('HISTORY_LOST');
    expect(await opened.rowOf('u1')).toMatchObject({ names: expect.arrayContaining(['later']) });
  });

  it('reads what it has not written down again, and tells of it once', async () => {
    const first = await opened.watching();
    const place = await placeOf(opened.database);
    await opened.users.updateOne({ id: 'u1' }, { $set: { name: 'Once' } });
    await opened.settled();
    await first.stop();
    await opened.database.jobs.updateOne({ _id: watcherJob }, { $set: { progress: place ?? {} } });
    await opened.watching();
    await opened.settled();
    expect((await opened.told()).map(({ changes }) => changes)).toContainEqual(['users.name: null → Once']);
    const once = await opened.database.journal.countDocuments({ 'changes.after': 'Once' });
    expect(once).toBe(1);
  });

  it('looks at everything once where its history is lost, tells nothing that it cannot know, and goes on', async () => {
    const first = await opened.watching();
    await first.stop();
    await opened.users.updateOne({ id: 'u1' }, { $set: { name: 'Unknown When' } });
    await opened.database.jobs.updateOne(
      { _id: watcherJob },
      { $set: { 'progress.token': { _data: '8200000001000000012B0429296E1404' } } },
    );
    const second = await opened.watching();
    await second.reported('HISTORY_LOST');
    await until(async () => (await opened.rowOf('u1'))?.names.includes('unknown when') ?? false, 'the sweep');
    await opened.users.updateOne({ id: 'u2' }, { $set: { name: 'Known' } });
    await opened.settled();
    expect((await opened.told()).map(({ changes }) => changes)).toEqual([['users.name: null → Known']]);
  });

  it('goes on where it was when somebody kills its cursor, and tells what happened meanwhile', async () => {
    let kill = true;
    const killed = watchedBy(opened.database, (stream) => {
      const tryNext = stream.tryNext.bind(stream);
      stream.tryNext = async () => {
        const event = await tryNext();
        if (!kill || event?.operationType !== 'update') return event;
        kill = false;
        throw new MongoServerError({ message: 'cursor was killed', code: 237 });
      };
    });
    const watcher = opened.watch(killed);
    await watcher.reported('WATCHING');
    await opened.settled();
    await opened.users.updateOne({ id: 'u1' }, { $set: { name: 'Not Lost' } });
    await watcher.reported('WATCHING', 2);
    await opened.settled();
    expect((await opened.told()).map(({ changes }) => changes)).toEqual([['users.name: null → Not Lost']]);
    expect(watcher.reports.map(({ kind }) => kind)).not.toContain('HISTORY_LOST');
  });

  it('looks at everything once where a collection was dropped and restored', async () => {
    const watcher = await opened.watching();
    await opened.records.drop();
    await opened.records.insertOne({ _id: new ObjectId(), id: 'd9', name: 'Restored' });
    await watcher.reported('HISTORY_LOST');
    await until(
      async () => (await opened.rowOf('d9')) !== null && (await opened.rowOf('d2')) === null,
      'the sweep',
    );
    await opened.settled();
  });
});

describe('a watcher whose collections stay', () => {
  it('goes on where others are dropped or renamed', async () => {
    const watcher = await opened.watching();
    await opened.db.collection('reports_new').insertOne({ made: true });
    await opened.db.collection('reports_new').rename('reports');
    await opened.db.collection('reports').drop();
    await opened.users.updateOne({ id: 'u1' }, { $set: { name: 'Told' } });
    await opened.settled();
    expect((await opened.told()).map(({ changes }) => changes)).toEqual([['users.name: null → Told']]);
    expect(watcher.reports.map(({ kind }) => kind)).not.toContain('HISTORY_LOST');
  });

  it('tells what was written right before one was dropped', async () => {
    const first = await opened.watching();
    await opened.settled();
    await first.stop();
    await opened.users.updateOne({ id: 'u1' }, { $set: { name: 'Before' } });
    await opened.records.drop();
    const second = opened.watch();
    await second.reported('HISTORY_LOST');
    await until(async () => (await placeOf(opened.database))?.sweepDue === false, 'the sweep');
    await opened.settled();
    expect((await opened.told()).map(({ changes }) => changes)).toEqual([['users.name: null → Before']]);
  });
});

describe('of several gateways', () => {
  it('one watches; another takes over when it stops, and nothing is lost or told twice', async () => {
    const first = await opened.watching();
    const second = opened.watch();
    await aMoment();
    expect(second.reports).toEqual([]);
    expect([first.watching(), second.watching()]).toEqual([true, true]);
    await opened.users.updateOne({ id: 'u1' }, { $set: { name: 'One' } });
    await opened.settled();
    await first.stop();
    await opened.users.updateOne({ id: 'u1' }, { $set: { name: 'Two' } });
    await second.reported('WATCHING');
    await opened.settled();
    expect((await opened.told()).map(({ changes }) => changes)).toEqual([
      ['users.name: null → One'],
      ['users.name: null → Two'],
    ]);
  });

  it('one that has lost its lease writes no more', async () => {
    const first = await opened.watching();
    await opened.database.leases.updateOne(
      { _id: 'watcher' },
      { $set: { holder: 'another', expiresAt: new Date(Date.now() + 1_200) } },
    );
    await aMoment();
    await aMoment();
    await opened.users.updateOne({ id: 'u1' }, { $set: { name: 'Nobody Watches' } });
    await aMoment();
    expect(await opened.told()).toEqual([]);
    await first.reported('WATCHING', 2);
    await opened.settled();
    expect((await opened.told()).map(({ changes }) => changes)).toEqual([
      ['users.name: null → Nobody Watches'],
    ]);
  });
});

describe('without change streams', () => {
  /** As a standalone server, or a user without the right, answers. */
  const refusing = (database: Database, code: number, until: () => boolean): Database =>
    watchedBy(database, (stream) => {
      if (!until()) stream.tryNext = () => Promise.reject(new MongoServerError({ message: 'No.', code }));
    });

  it('it says so once, and asks again', async () => {
    let served = false;
    const watcher = opened.watch(refusing(opened.database, 40573, () => served));
    await watcher.reported('NO_STREAM');
    await aMoment();
    expect(watcher.reports).toHaveLength(1);
    expect(watcher.watching()).toBe(false);
    served = true;
    await watcher.reported('WATCHING');
    expect(watcher.watching()).toBe(true);
  });
});
