import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { controlStoredBackfill, storedAsRun } from '../../src/backfill/backfill-runs.ts';
import { createCustomers } from '../../src/customers/create-customers.ts';
import { countsOf, type OpenBackfill, openBackfill } from './support/open-backfill.ts';

describe('runs of the backfill', () => {
  let backfill: OpenBackfill;
  beforeAll(async () => {
    backfill = await openBackfill();
  });
  afterAll(() => backfill.close());
  beforeEach(() => backfill.clear());

  const record = (n: number, fields: Record<string, unknown> = {}) => ({
    id: `d-${n}`,
    name: `Person ${n}`,
    phone: `+91 98765 ${String(n).padStart(5, '0')}`,
    address: '1 Long Street',
    area: 'Baner',
    status: 'active',
    ...fields,
  });
  const records = (count: number) => Array.from({ length: count }, (_, n) => record(n));
  const logins = () => backfill.database.users.find().sort({ _id: 1 }).toArray();
  const control = (id: string, command: 'pause' | 'resume' | 'cancel') =>
    controlStoredBackfill(backfill.dependencies, id, command);

  it('is there once: a second one is refused until the first is finished', async () => {
    await backfill.add({ customersV2: records(3) });
    const { id } = await backfill.start();
    await expect(backfill.start()).rejects.toMatchObject({ code: 'CONFLICT' });
    await backfill.work(id);
    await expect(backfill.start()).resolves.toMatchObject({ state: 'QUEUED' });
  });

  it('is worked on by one, of five who begin at once, and makes each login once', async () => {
    await backfill.add({ customersV2: records(300) });
    const { id } = await backfill.start();
    const answers = await Promise.all(Array.from({ length: 5 }, () => backfill.work(id)));
    expect(answers.filter((answer) => answer !== null)).toHaveLength(1);
    expect(countsOf(await backfill.find(id))).toMatchObject({ total: 300, created: 300 });
    expect(await backfill.database.users.countDocuments()).toBe(300);
  });

  it('stops behind a page when it is paused, goes on when it is resumed, and creates everybody once', async () => {
    await backfill.add({ customersV2: records(300) });
    const { id } = await backfill.start();
    let steps = 0;
    const pausing = { onStep: () => void (++steps === 2 && control(id, 'pause')) };
    await backfill.work(id, pausing);
    const paused = await backfill.find(id);
    expect(paused.state).toBe('PAUSED');
    expect(paused.progress.created).toBeLessThan(300);
    expect(await backfill.database.users.countDocuments()).toBe(paused.progress.created);
    await control(id, 'resume');
    await backfill.work(id);
    expect(countsOf(await backfill.find(id))).toMatchObject({ total: 300, created: 300, errors: 0 });
    expect(await backfill.database.users.countDocuments()).toBe(300);
  });

  it('keeps what it has made when it is cancelled, and a new one makes the rest', async () => {
    await backfill.add({ customersV2: records(300) });
    const { id } = await backfill.start();
    let steps = 0;
    await backfill.work(id, { onStep: () => void (++steps === 2 && control(id, 'cancel')) });
    const cancelled = await backfill.find(id);
    const made = cancelled.progress.created;
    expect(cancelled).toMatchObject({ state: 'CANCELLED' });
    const { total, processed, created, skipped, errors } = storedAsRun(cancelled);
    expect([total, created + skipped + errors]).toEqual([processed, processed]);
    const next = await backfill.run();
    expect(countsOf(next)).toMatchObject({ total: 300, skipped: made, created: 300 - made });
  });

  it('tries the failures of a run again, and nothing else', async () => {
    const broken = [
      record(900, { phone: 'none' }),
      record(901, { user_id: 'nobody' }),
      record(902, { name: ' ' }),
    ];
    await backfill.add({ customersV2: [...records(3), ...broken] });
    const first = await backfill.run();
    expect(countsOf(first)).toMatchObject({ total: 6, created: 3, errors: 3 });
    const { customersV2 } = backfill.database;
    await customersV2.updateOne({ id: 'd-900' }, { $set: { phone: '9876500900' } });
    await customersV2.deleteOne({ id: 'd-902' });
    await backfill.add({ customersV2: [record(999)] });
    const retried = await backfill.run(first.id);
    expect(retried.input.retryOf).toBe(first.id);
    expect(countsOf(retried)).toEqual({ total: 3, processed: 3, created: 1, skipped: 1, errors: 1 });
    expect(await backfill.failures(retried.id)).toEqual([{ customerId: 'd-901', code: 'DANGLING' }]);
  });

  it('gives each member of a household a login, and the phone to one of them', async () => {
    const phone = '98765 43210';
    await backfill.add({
      users: [
        { id: 'u-1', name: 'Grandmother', phone: '+919876543210', role: 'customer', customer_v2_id: 'd-1' },
      ],
      customersV2: [
        record(1, { phone, user_id: 'u-1' }),
        ...[2, 3].map((n) => record(n, { phone, email: n === 3 ? 'Three@Example.com' : undefined })),
        ...[4, 5].map((n) => record(n, { phone: '98765 11111' })),
      ],
    });
    expect(countsOf(await backfill.run())).toMatchObject({ created: 4, skipped: 1, errors: 0 });
    const made = await logins();
    const of = (n: number) => made.find((login) => login.customer_v2_id === `d-${n}`);
    expect(of(2)).toMatchObject({
      phone: null,
      email: expect.stringMatching(/^9876543210\.[\w-]{8}@delivery\.local$/),
    });
    expect(of(3)).toMatchObject({ phone: null, email: 'three@example.com' });
    expect([of(4)?.phone, of(5)?.phone].sort()).toEqual(['98765 11111', null]);
    expect(of(4)?.email).not.toBe(of(5)?.email);
  });

  it('leaves a likely match and a taken e-mail to an admin, also of logins made in the same run', async () => {
    await backfill.add({
      users: [
        { id: 'u-1', name: 'person  1', email: 'one@example.com', role: 'customer' },
        { id: 'u-2', name: 'Boss', email: 'boss@example.com', role: 'admin' },
      ],
      customersV2: [
        record(1, { email: 'ONE@example.com' }),
        record(2, { email: 'boss@example.com' }),
        ...[3, 4].map((n) => record(n, { email: 'twins@example.com' })),
      ],
    });
    const job = await backfill.run();
    expect(countsOf(job)).toMatchObject({ created: 1, errors: 3 });
    expect((await backfill.failures(job.id)).map(({ code }) => code).sort()).toEqual([
      'EMAIL_TAKEN',
      'EMAIL_TAKEN',
      'MATCHES_EXISTING_LOGIN',
    ]);
  });

  it('makes no second login for a person who has one, linked to another record or made just now', async () => {
    const linked = { id: 'u-1', name: 'Linked Lal', phone: '98765 11302', role: 'customer' };
    await backfill.add({
      users: [{ ...linked, customer_v2_id: 'd-1' }],
      customersV2: [
        record(1, { name: 'Linked Lal', phone: '9876511302', user_id: 'u-1' }),
        record(2, { name: 'LINKED  LAL', phone: '+91 98765 11302' }),
        record(3, { name: 'Asha Rao', phone: '9876511303' }),
        record(4, { name: 'asha  RAO', phone: '9876511303' }),
        // Somebody else of the household.
        record(5, { name: 'Vijay Rao', phone: '9876511303' }),
      ],
    });
    const job = await backfill.run();
    expect(countsOf(job)).toMatchObject({ created: 2, skipped: 1, errors: 2 });
    expect(await backfill.failures(job.id)).toEqual([
      { customerId: 'd-2', code: 'MATCHES_EXISTING_LOGIN' },
      { customerId: 'd-4', code: 'MATCHES_EXISTING_LOGIN' },
    ]);
  });

  it('lets a record that the database refuses spoil itself alone', async () => {
    await backfill.add({
      users: [
        { id: 'u-1', name: 'Refused', email: 'boss@example.com', role: 'admin' },
        // A placeholder that stands in for a phone which is not in the login itself.
        { id: 'u-2', name: 'Courier', email: '9876500007@delivery.local', role: 'delivery_boy' },
      ],
      customersV2: [...records(60), record(500, { name: 'Refused' })],
    });
    const users = backfill.opened.db.collection('users');
    await users.createIndex({ name: 1 }, { name: 'foreign_name', unique: true });
    await users.createIndex({ email: 1 }, { name: 'foreign_email', unique: true });
    try {
      const job = await backfill.run();
      expect(countsOf(job)).toMatchObject({ total: 61, created: 60, errors: 1 });
      expect(await backfill.failures(job.id)).toEqual([{ customerId: 'd-500', code: 'BAD_RECORD' }]);
    } finally {
      await users.dropIndex('foreign_name');
      await users.dropIndex('foreign_email');
    }
  });

  it('makes one login of a person whom somebody creates at the same time', async () => {
    const { customers } = backfill.dependencies;
    await backfill.add({ customersV2: records(60) });
    const { id } = await backfill.start();
    const input = (n: number) => ({
      name: `Person ${n}`,
      phone: `98765 ${String(n).padStart(5, '0')}`,
      address: '1 Long Street',
      area: 'Baner',
      onExisting: 'ADOPT' as const,
    });
    const [, ...outcomes] = await Promise.all([
      backfill.work(id),
      ...[5, 25, 45, 59].map((n) => createCustomers(customers, 'test', [input(n)], { credentials: 'later' })),
    ]);
    expect(outcomes).toHaveLength(4);
    const job = await backfill.find(id);
    expect(countsOf(job)).toMatchObject({ total: 60, processed: 60, errors: 0 });
    const phones = (await backfill.database.users.find().toArray()).map((login) =>
      String(login.phone).replace(/\D/g, '').slice(-10),
    );
    expect(new Set(phones).size).toBe(60);
    expect(phones).toHaveLength(60);
    const states = await backfill.database.customerIndex.distinct('linkState');
    expect(states).toEqual(['LINKED']);
  });
});
