import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StoredNotification } from '../../src/database/collections.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { secretIn } from '../support/inbox.ts';
import { startGateway, type TestGateway } from '../support/start-gateway.ts';

const password = 'QyTmRk7hWz4P';
const dayMs = 24 * 60 * 60_000;

describe('messages that were not delivered, through the gateway', () => {
  let gateway: TestGateway;
  let admin: GraphqlClient;
  beforeAll(async () => {
    gateway = await startGateway();
    admin = await gateway.logIn(gateway.admin.email);
  });
  beforeEach(async () => {
    await gateway.foreign.notifications.deleteMany({});
    await gateway.foreign.journal.deleteMany({});
  });
  afterAll(() => gateway.close());

  /** A message with credentials that is not tried any more; `account: false` when its password is void. */
  async function addDead(
    fields: Partial<StoredNotification> = {},
    { account = true } = {},
  ): Promise<StoredNotification> {
    const loginKey = `login-${randomUUID()}`;
    const expiresAt = fields.expiresAt ?? new Date(Date.now() + dayMs);
    const { outbox } = gateway.app.accounts;
    const [row] = (
      await outbox.prepare({
        kind: 'CREDENTIALS',
        to: { email: `${loginKey}@example.com`, phoneE164: null },
        loginKey,
        subjectIds: ['customer-1', 'user-1'],
        values: { name: 'Asha', loginName: 'asha@example.com', expiresOn: '2026-03-08' },
        secrets: { password },
        expiresAt,
        now: new Date(),
      })
    ).rows;
    const lastError = { code: 'REFUSED', message: 'The mail server answered 550.', at: new Date() };
    const dead = {
      ...(row as StoredNotification),
      state: 'DEAD' as const,
      attempts: 5,
      lastError,
      ...fields,
    };
    await gateway.foreign.notifications.insertOne(dead);
    if (account)
      await gateway.foreign.accounts.insertOne({
        _id: loginKey,
        mustChangePassword: true,
        passwordExpiresAt: expiresAt,
      });
    return dead;
  }

  const list = (first: number, after: string | null = null) =>
    admin(
      `query ($first: Int, $after: String) {
        failedNotifications(first: $first, after: $after) {
          nodes { id kind channel destination createdAt attempts code message subjectId }
          edges { cursor node { id } }
          pageInfo { hasNextPage hasPreviousPage endCursor }
        }
      }`,
      { first, after },
    );
  const resend = (id: string) =>
    admin('mutation ($id: ID!) { resendNotification(id: $id) { message } }', { id });

  it('sends what the outbox holds, into files', async () => {
    const { outbox } = gateway.app.accounts;
    const prepared = await outbox.prepare({
      kind: 'LINK_CODE',
      to: { email: null, phoneE164: '+919876543210' },
      loginKey: null,
      subjectIds: [],
      values: { name: '', expiresOn: '2026-03-08' },
      secrets: { code: 'AB23CD45' },
      expiresAt: null,
      now: new Date(),
    });
    await inTransaction(gateway.database, (session) => outbox.add([prepared], session));
    outbox.wake();
    const message = await gateway.messageTo('+919876543210', { kind: 'LINK_CODE' });
    expect(message).toMatchObject({ channel: 'SMS', subject: null });
    expect(secretIn(message)).toBe('AB23CD45');
  });

  it('lists them newest first, page by page, with why, and without what they say', async () => {
    const older = await addDead({ createdAt: new Date('2026-03-01T10:00:00Z'), _id: 'a' });
    await addDead({ createdAt: new Date('2026-03-02T10:00:00Z'), _id: 'b' });
    await addDead({ createdAt: new Date('2026-03-02T10:00:00Z'), _id: 'c' });
    await addDead({ state: 'SENT' });
    const first = await list(2);
    expect(first.data.failedNotifications.nodes.map(({ id }: { id: string }) => id)).toEqual(['c', 'b']);
    const { pageInfo } = first.data.failedNotifications;
    expect(pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    const second = await list(2, pageInfo.endCursor);
    expect(second.data.failedNotifications).toMatchObject({
      nodes: [
        {
          id: 'a',
          kind: 'CREDENTIALS',
          channel: 'EMAIL',
          destination: older.destination,
          createdAt: '2026-03-01T10:00:00.000Z',
          attempts: 5,
          code: 'REFUSED',
          message: 'The mail server answered 550.',
          subjectId: 'customer-1',
        },
      ],
      pageInfo: { hasNextPage: false, hasPreviousPage: true },
    });
    expect(JSON.stringify(first)).not.toContain(password);
    expect((await list(2, `${pageInfo.endCursor}x`)).code).toBe('BAD_USER_INPUT');
    expect((await list(201)).code).toBe('BAD_USER_INPUT');
  });

  it('sends one again under the same id, and writes that into the journal', async () => {
    const dead = await addDead();
    const answer = await resend(dead._id);
    expect(answer.data.resendNotification.message).toBe('The message is on its way to l***@example.com.');
    const message = await gateway.messageTo(dead.destination);
    expect(message.id).toBe(dead._id);
    expect(secretIn(message)).toBe(password);
    const journal = await gateway.foreign.journal.find({}).toArray();
    expect(journal).toEqual([
      expect.objectContaining({
        action: 'NOTIFICATION_RESENT',
        subjectId: 'customer-1',
        subjectIds: ['customer-1', 'user-1'],
        changes: [{ field: 'CREDENTIALS', before: null, after: 'l***@example.com' }],
      }),
    ]);
    expect(JSON.stringify(journal)).not.toContain(password);
    const deadline = Date.now() + 5_000;
    const account = () => gateway.foreign.accounts.findOne({ _id: dead.loginKey ?? '' });
    while ((await account())?.credentialsSentAt === undefined && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await account()).toMatchObject({ credentialsSentAt: expect.any(Date) });
    expect((await resend(dead._id)).code).toBe('NOT_FOUND');
  });

  it.each([
    ['has expired', { expiresAt: new Date(Date.now() - 1) }, true],
    ['was erased', { secrets: null }, true],
    ['was replaced, or the customer has chosen one', {}, false],
  ])('refuses one whose password %s, and names what to do instead', async (_what, fields, account) => {
    const dead = await addDead(fields, { account });
    const answer = await resend(dead._id);
    expect(answer.code).toBe('CONFLICT');
    expect(answer.errors[0]?.message).toContain('resendCredentials');
    expect(await gateway.foreign.notifications.findOne({ _id: dead._id })).toMatchObject({ state: 'DEAD' });
    expect(await gateway.foreign.journal.countDocuments({})).toBe(0);
  });

  it('finds none that was sent, is on its way or never was', async () => {
    const sent = await addDead({ state: 'SENT', secrets: null });
    for (const id of [sent._id, 'nothing', '']) expect((await resend(id)).code).toBe('NOT_FOUND');
    expect((await resend('x'.repeat(201))).code).toBe('BAD_USER_INPUT');
  });

  it('sends one that two admins ask for at once only once', async () => {
    const dead = await addDead();
    const answers = await Promise.all([resend(dead._id), resend(dead._id)]);
    expect(answers.map(({ code }) => code).sort()).toEqual(['NOT_FOUND', undefined]);
    expect(await gateway.foreign.journal.countDocuments({ action: 'NOTIFICATION_RESENT' })).toBe(1);
  });
});
