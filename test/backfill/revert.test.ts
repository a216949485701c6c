import { BSON, type Document } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { changePassword } from '../../src/accounts/change-password.ts';
import { logIn } from '../../src/accounts/log-in.ts';
import { startRelease } from '../../src/backfill/release-credentials.ts';
import { startRevert } from '../../src/backfill/revert-batch.ts';
import { type OpenRelease, openRelease } from './support/open-release.ts';

let scene: OpenRelease;
let batchId: string;
beforeAll(async () => {
  scene = await openRelease();
});
afterAll(() => scene?.close());

const names = ['Asha', 'Bela', 'Chitra', 'Devi', 'Esha', 'Farah', 'Gita', 'Hema'] as const;
type Name = (typeof names)[number];

/** Delivery records as messy as they are, one login that has nothing to do with them, and a backfill that is done. */
beforeEach(async () => {
  for (const { name } of await scene.database.db.listCollections().toArray()) {
    if (name !== 'migrations') await scene.database.db.collection(name).deleteMany({});
  }
  await scene.database.db.collection('users').insertOne({
    id: 'legacy',
    name: 'Zara',
    email: 'zara@example.com',
    role: 'customer',
    password_hash: `$2b$12$${'a'.repeat(53)}`,
  });
  await scene.database.db.collection('customers_v2').insertMany(
    names.map((name, index) => ({
      user_id: null,
      id: `v2-${name}`,
      name,
      email: `${name}@Example.com`,
      status: 'active',
      nested: { kept: [1, index] },
      ...(index % 3 === 1 && { user_id: '' }),
    })),
  );
  await scene.database.db
    .collection('customers_v2')
    .updateMany({ name: { $in: ['Chitra', 'Farah'] } }, { $unset: { user_id: '' } });
  await scene.sweep();
});

/** Both foreign collections, byte for byte. */
async function foreign(): Promise<string[]> {
  const { db } = scene.database;
  const users = await db.collection('users').find().sort({ _id: 1 }).toArray();
  const records = await db.collection('customers_v2').find().sort({ _id: 1 }).toArray();
  return [...users, ...records].map((document) => BSON.EJSON.stringify(document, { relaxed: false }));
}

async function login(name: Name): Promise<Document> {
  const found = await scene.database.db.collection('users').findOne({ customer_v2_id: `v2-${name}` });
  if (found === null) throw new Error(`${name} has no login.`);
  return found;
}

async function change(name: Name, fields: Document): Promise<void> {
  await scene.database.db.collection('users').updateOne({ customer_v2_id: `v2-${name}` }, { $set: fields });
}

async function release(): Promise<void> {
  const { id } = await startRelease(scene.dependencies, 'command line', {
    backfillId: batchId,
    perMinute: 100_000,
  });
  await scene.run(id);
}

/** Logs in with the password in the message. */
async function logInAs(name: Name) {
  const message = (await scene.messages()).find(
    ({ destination }) => destination === `${name.toLowerCase()}@example.com`,
  );
  const password = message?.password ?? '';
  const { accounts } = scene.dependencies.customers;
  const session = await logIn(accounts, {
    identifier: `${name}@example.com`,
    password,
    clientAddress: '192.0.2.1',
  });
  return { session, password };
}

async function keptBy(jobId: string): Promise<Record<string, string>> {
  const rows = await scene.database.jobFailures.find({ jobId }).toArray();
  return Object.fromEntries(rows.map(({ customerId, code }) => [customerId.replace('v2-', ''), code]));
}

describe('undoing a backfill', () => {
  it('leaves both collections as they were before it, byte for byte, also after a release', async () => {
    const before = await foreign();
    batchId = await scene.backfill();
    expect(await foreign()).not.toEqual(before);
    await release();
    const run = await scene.revert(batchId);
    expect(run).toMatchObject({ state: 'SUCCEEDED', progress: { planned: 8, applied: 8, skipped: 0 } });
    expect(await foreign()).toEqual(before);
  });

  it('leaves nothing of these logins: no account, no message that could still go, no row', async () => {
    const rows = () => scene.database.customerIndex.find().sort({ _id: 1 }).toArray();
    const records = () => scene.database.indexedRecords.find().sort({ _id: 1 }).toArray();
    const [rowsBefore, recordsBefore] = [await rows(), await records()];
    batchId = await scene.backfill();
    await release();
    await scene.revert(batchId);
    expect(await rows()).toEqual(rowsBefore);
    expect(await records()).toEqual(recordsBefore);
    expect(await scene.database.accounts.countDocuments()).toBe(0);
    expect((await scene.messages()).map(({ state, password }) => [state, password])).toEqual(
      names.map(() => ['CANCELLED', undefined]),
    );
    const entries = await scene.database.journal.find({ action: 'LOGIN_REMOVED' }).toArray();
    expect(entries.map(({ subjectId }) => subjectId).sort()).toEqual(names.map((name) => `v2-${name}`));
  });

  it('removes exactly what nobody has used or changed, and lists the others with the reason', async () => {
    batchId = await scene.backfill();
    await release();
    await logInAs('Asha');
    const { session, password } = await logInAs('Bela');
    const viewer = await scene.dependencies.customers.accounts.authenticator.viewerOf(
      `Bearer ${session.accessToken}`,
    );
    await changePassword(scene.dependencies.customers.accounts, viewer, {
      currentPassword: password,
      newPassword: 'seven coconuts by noon',
    });
    await change('Chitra', { password_hash: `$2b$12$${'b'.repeat(53)}` });
    await change('Devi', { name: 'Devi Rao' });
    await change('Esha', { is_active: false });
    const delivery = scene.database.db.collection('customers_v2');
    await delivery.updateOne({ name: 'Farah' }, { $set: { user_id: null } });
    await scene.database.db.collection('users').deleteOne({ customer_v2_id: 'v2-Gita' });
    await scene.sweep();
    const run = await scene.revert(batchId);
    expect(run.progress).toMatchObject({ planned: 8, applied: 1, skipped: 7 });
    expect(await keptBy(run.id)).toMatchObject({
      Asha: 'HAS_LOGGED_IN',
      Bela: 'HAS_LOGGED_IN',
      Chitra: 'HAS_PASSWORD',
      Devi: 'CHANGED',
      Esha: 'CHANGED',
      Farah: 'LINK_CHANGED',
    });
    expect(Object.values(await keptBy(run.id))).toContain('GONE');
    const left = await scene.database.db.collection('users').distinct('name', { id: { $ne: 'legacy' } });
    expect(left).toEqual(['Asha', 'Bela', 'Chitra', 'Devi Rao', 'Esha', 'Farah']);
    expect((await logInAs('Asha')).session.mustChangePassword).toBe(true);
  });

  it('takes a document that the older application has written back for what it was, whatever the order of its fields', async () => {
    batchId = await scene.backfill();
    const { _id, ...fields } = await login('Asha');
    const reversed = Object.fromEntries(Object.entries(fields).reverse());
    await scene.database.db.collection('users').replaceOne({ _id }, reversed);
    expect((await scene.revert(batchId)).progress).toMatchObject({ applied: 8, skipped: 0 });
  });

  it('keeps a login that another record claims as well', async () => {
    batchId = await scene.backfill();
    await scene.database.db
      .collection('customers_v2')
      .dropIndex('gateway_unique_link')
      .catch(() => {});
    const { id } = await login('Hema');
    await scene.database.db
      .collection('customers_v2')
      .insertOne({ id: 'v2-other', name: 'Other', user_id: id });
    const run = await scene.revert(batchId);
    expect(await keptBy(run.id)).toEqual({ Hema: 'LINK_CHANGED' });
  });

  it('can be followed by another backfill, which makes all of them again', async () => {
    await scene.revert(await scene.backfill());
    await scene.backfill();
    expect(await scene.database.users.countDocuments()).toBe(9);
  });
});

describe('undoing is refused', () => {
  it('for a backfill that nobody knows', async () => {
    await expect(scene.revert('nobody')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('while the backfill is not finished', async () => {
    batchId = await scene.backfill();
    await scene.database.jobs.updateOne({ _id: batchId }, { $set: { state: 'PAUSED', unfinished: true } });
    await expect(scene.revert(batchId)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it.each(['of it', 'of everybody'])('while a release %s is not finished', async (which) => {
    batchId = await scene.backfill();
    const backfillId = which === 'of it' ? batchId : null;
    await startRelease(scene.dependencies, 'command line', { backfillId });
    await expect(scene.revert(batchId)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('and a release while it goes on', async () => {
    batchId = await scene.backfill();
    await startRevert(scene.dependencies, 'command line', batchId);
    for (const backfillId of [batchId, null]) {
      await expect(startRelease(scene.dependencies, 'command line', { backfillId })).rejects.toMatchObject({
        code: 'CONFLICT',
      });
    }
  });
});
