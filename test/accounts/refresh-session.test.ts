import { createHash, createHmac } from 'node:crypto';
import { exportJWK, generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findToken, newOneTimeToken } from '../../src/accounts/one-time-token.ts';
import { purgeExpired } from '../../src/accounts/purge-expired.ts';
import { refreshSession } from '../../src/accounts/refresh-session.ts';
import { createRefreshTokens } from '../../src/accounts/refresh-tokens.ts';
import type { Session } from '../../src/accounts/session.ts';
import { loadSigningKeys } from '../../src/accounts/signing-keys.ts';
import { recordKey, type StoredUser } from '../../src/database/stored-documents.ts';
import { type AccountsFixture, openAccounts } from './support/open-accounts.ts';
import { useToken as viewerWith } from './support/people.ts';

let accounts: AccountsFixture;
beforeAll(async () => {
  accounts = await openAccounts();
});
afterAll(() => accounts.close());

const dayMs = 24 * 60 * 60_000;
const refused = { code: 'UNAUTHENTICATED', message: 'The session has ended. Log in again.' };

describe('a refresh token', () => {
  it('is exchanged for another one and an access token, of the same session', async () => {
    const { session } = await loggedIn();
    const next = await refresh(session.refreshToken);
    expect(next.refreshToken).toMatch(/^[\w-]{43}$/);
    expect(next.refreshToken).not.toBe(session.refreshToken);
    expect(next.viewer.sessionId).toBe(session.viewer.sessionId);
    expect(await viewerWith(accounts, next.accessToken)).toMatchObject({ id: session.viewer.id });
    expect((await refresh(next.refreshToken)).refreshToken).not.toBe(next.refreshToken);
  });

  it('has 256 random bits: no two are alike', async () => {
    const tokens = new Set(Array.from({ length: 1_000 }, () => accounts.refreshTokens.first()));
    expect(tokens.size).toBe(1_000);
    for (const token of tokens) expect(Buffer.from(token, 'base64url')).toHaveLength(32);
  });

  it.each([
    ['unknown', () => accounts.refreshTokens.first()],
    ['absent', () => null],
    ['empty', () => ''],
    ['of another form', () => 'x'.repeat(100_000)],
    ['an object', () => ({ $ne: null }) as never],
  ])('that is %s is refused like every other', async (_, token) => {
    await expect(refreshSession(accounts, token())).rejects.toMatchObject(refused);
  });

  it('holds for 30 days to the second without being used, and begins anew with each refresh', async () => {
    const { session } = await loggedIn();
    accounts.clock.ms += 30 * dayMs - 1_000;
    const next = await refresh(session.refreshToken);
    accounts.clock.ms += 30 * dayMs - 1_000;
    const last = await refresh(next.refreshToken);
    accounts.clock.ms += 30 * dayMs;
    await expect(refresh(last.refreshToken)).rejects.toMatchObject(refused);
  });

  it('of an admin or analyst holds for 12 hours, and 24 while the password is temporary', async () => {
    for (const role of ['admin', 'analyst']) {
      const { session } = await loggedIn({ role });
      accounts.clock.ms += dayMs / 2 - 1;
      const next = await refresh(session.refreshToken);
      accounts.clock.ms += dayMs / 2;
      await expect(refresh(next.refreshToken)).rejects.toMatchObject(refused);
    }
    const { session } = await loggedIn({}, { mustChangePassword: true });
    expect(session.mustChangePassword).toBe(true);
    accounts.clock.ms += dayMs - 1;
    const next = await refresh(session.refreshToken);
    expect(next).toMatchObject({ mustChangePassword: true, viewer: { mustChangePassword: true } });
    accounts.clock.ms += dayMs;
    await expect(refresh(next.refreshToken)).rejects.toMatchObject(refused);
  });

  it('opens nothing after the temporary password has expired', async () => {
    const passwordExpiresAt = new Date(accounts.clock.ms + 3_600_000);
    const { session } = await loggedIn({}, { mustChangePassword: true, passwordExpiresAt });
    accounts.clock.ms += 3_599_999;
    const next = await refresh(session.refreshToken);
    accounts.clock.ms += 1;
    await expect(refresh(next.refreshToken)).rejects.toMatchObject(refused);
  });
});

describe('a refresh token that was used before', () => {
  it('gives the same successor again within 10 seconds: the answer may have been lost', async () => {
    const { session } = await loggedIn();
    const next = await refresh(session.refreshToken);
    accounts.clock.ms += 9_999;
    const again = await refresh(session.refreshToken);
    expect(again.refreshToken).toBe(next.refreshToken);
    expect(again.refreshExpiresAt).toEqual(next.refreshExpiresAt);
    expect(await viewerWith(accounts, again.accessToken)).toMatchObject({ id: session.viewer.id });
    await refresh(again.refreshToken);
  });

  it('ends the session 10 seconds later, for whoever holds any token of it, and is told once', async () => {
    const { session, login } = await loggedIn();
    const next = await refresh(session.refreshToken);
    accounts.clock.ms += 10_000;
    const uses = await Promise.allSettled(Array.from({ length: 5 }, () => refresh(session.refreshToken)));
    for (const use of uses) expect(use).toMatchObject({ status: 'rejected', reason: refused });
    await expectEnded(next);
    expect(await actionsOf(login)).toEqual(['REFRESH_TOKEN_REUSED']);
  });

  it('ends the session at once when its successor was used: one of two is a thief', async () => {
    const { session, login } = await loggedIn();
    const next = await refresh(session.refreshToken);
    const last = await refresh(next.refreshToken);
    await expect(refresh(session.refreshToken)).rejects.toMatchObject(refused);
    await expectEnded(last);
    expect(await actionsOf(login)).toEqual(['REFRESH_TOKEN_REUSED']);
  });

  it('is known for as long as it would have held, however many came after it', async () => {
    const { session, login } = await loggedIn();
    let last = session;
    for (let day = 0; day < 28; day += 4) {
      accounts.clock.ms += 4 * dayMs;
      last = await refresh(last.refreshToken);
      await purgeExpired(accounts.database, accounts.now());
    }
    await expect(refresh(session.refreshToken)).rejects.toMatchObject(refused);
    await expectEnded(last);
    expect(await actionsOf(login)).toEqual(['REFRESH_TOKEN_REUSED']);
  });

  it('ends no other session of the same person', async () => {
    const { session, login } = await loggedIn();
    const other = await accounts.logIn(String(login.email));
    await refresh(session.refreshToken);
    accounts.clock.ms += 10_000;
    await expect(refresh(session.refreshToken)).rejects.toMatchObject(refused);
    expect(await viewerWith(accounts, other.accessToken)).toMatchObject({ id: login.id });
    await refresh(other.refreshToken);
  });
});

describe('of 20 that use one refresh token at once', () => {
  it('all get the same successor, and nobody is logged out', async () => {
    const { session, login } = await loggedIn();
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(session.refreshToken)));
    const successors = new Set(answers.map((answer) => answer.refreshToken));
    expect(successors.size).toBe(1);
    expect(await accounts.database.refreshTokens.countDocuments({ sessionId: sessionId(session) })).toBe(2);
    for (const { accessToken } of answers)
      expect(await viewerWith(accounts, accessToken)).not.toBeTypeOf('string');
    await refresh([...successors][0] ?? null);
    expect(await actionsOf(login)).toEqual([]);
  });

  it('none gets anything when it is logged out meanwhile', async () => {
    const { session } = await loggedIn();
    const successorOf = async (token: string) => {
      await accounts.database.sessions.deleteOne({ _id: sessionId(session) });
      return accounts.refreshTokens.successorOf(token);
    };
    const late = { ...accounts, refreshTokens: { ...accounts.refreshTokens, successorOf } };
    const answers = await Promise.allSettled(
      Array.from({ length: 20 }, () => refreshSession(late, session.refreshToken)),
    );
    for (const answer of answers) expect(answer).toMatchObject({ status: 'rejected', reason: refused });
    expect(await accounts.database.refreshTokens.countDocuments({ sessionId: sessionId(session) })).toBe(1);
  });
});

describe('one kind of token in the place of another', () => {
  it('an access token refreshes nothing, and a refresh token is nobody', async () => {
    const { session } = await loggedIn();
    await expect(refresh(session.accessToken)).rejects.toMatchObject(refused);
    expect(await viewerWith(accounts, String(session.refreshToken))).toBe('UNAUTHENTICATED');
  });

  it('a token to confirm an address refreshes nothing, and a refresh token confirms none', async () => {
    const { session, login } = await loggedIn();
    const { token, digest } = newOneTimeToken();
    await accounts.database.tokens.insertOne({
      _id: digest,
      kind: 'CONFIRM_EMAIL',
      loginKey: recordKey(login._id),
      loginId: login._id,
      email: 'new@example.com',
      createdAt: accounts.now(),
      expiresAt: new Date(accounts.clock.ms + 60_000),
    });
    await expect(refresh(token)).rejects.toMatchObject(refused);
    const asLink = await findToken(
      accounts.database,
      'CONFIRM_EMAIL',
      String(session.refreshToken),
      accounts.now(),
    );
    expect(asLink).toBeNull();
  });
});

describe('a dump of the database', () => {
  it('holds no token, and nothing in it is one', async () => {
    const { session } = await loggedIn();
    const next = await refresh(session.refreshToken);
    const stored = await accounts.database.refreshTokens.find({ sessionId: sessionId(session) }).toArray();
    const dump = JSON.stringify([stored, await accounts.database.sessions.find().toArray()]);
    for (const token of [session, next].map(({ refreshToken }) => String(refreshToken))) {
      expect(dump).not.toContain(token);
      expect(dump).toContain(createHash('sha256').update(token).digest('base64url'));
    }
    for (const text of dump.match(/[\w-]{43}/g) ?? []) {
      await expect(refresh(text)).rejects.toMatchObject(refused);
    }
  });

  it('and a used token do not make its successor without the secret of a signing key', async () => {
    const { session } = await loggedIn();
    const token = String(session.refreshToken);
    const next = await refresh(token);
    const [used] = await accounts.database.refreshTokens
      .find({ usedAt: { $ne: null }, sessionId: sessionId(session) })
      .toArray();
    const guesses = [used?.keyId, used?._id, sessionId(session), ''].map((key) =>
      createHmac('sha256', key ?? '')
        .update(token)
        .digest('base64url'),
    );
    expect(guesses).not.toContain(next.refreshToken);
  });
});

describe('when signing keys are rotated', () => {
  it('refresh tokens of before go on, and lost answers are given again by the key they were made with', async () => {
    const [older, newer] = await Promise.all([newKey(), newKey()]);
    const before = await withKeys([older]);
    const after = await withKeys([newer, older]);
    const { session } = await loggedIn();
    const next = await refreshSession(before, session.refreshToken);
    expect((await refreshSession(after, session.refreshToken)).refreshToken).toBe(next.refreshToken);
    const later = await refreshSession(await withKeys([newer]), next.refreshToken);
    expect(later.viewer.id).toBe(session.viewer.id);
  });

  async function newKey() {
    const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
    return exportJWK(privateKey);
  }

  async function withKeys(jwks: Awaited<ReturnType<typeof newKey>>[]) {
    const keys = await loadSigningKeys({
      signingKeys: JSON.stringify({ keys: jwks }),
      dataDirectory: '',
      production: true,
    });
    const refreshTokens = createRefreshTokens({
      currentKeyId: () => keys.current.kid,
      secretOfKey: (kid) => keys.deriveSecret('refresh-tokens', kid),
      idleMs: 30 * dayMs,
      staffIdleMs: dayMs,
    });
    return { ...accounts, refreshTokens };
  }
});

it('what has ended or expired is removed, and what holds is not', async () => {
  const { session } = await loggedIn();
  const next = await refresh(session.refreshToken);
  await purgeExpired(accounts.database, accounts.now());
  expect(await accounts.database.refreshTokens.countDocuments({ sessionId: sessionId(session) })).toBe(2);
  accounts.clock.ms += 30 * dayMs + 1;
  await purgeExpired(accounts.database, accounts.now());
  expect(await accounts.database.refreshTokens.countDocuments({})).toBe(0);
  expect(await accounts.database.sessions.countDocuments({})).toBe(0);
  await expect(refresh(next.refreshToken)).rejects.toMatchObject(refused);
});

let people = 0;

/** A login and its session; `account`: what its account says before it logs in. */
async function loggedIn(fields: Partial<StoredUser> = {}, account: object = {}) {
  people += 1;
  const email = `refresh${people}@example.com`;
  const login = await accounts.addLogin({ email, ...fields });
  await accounts.database.accounts.updateOne(
    { _id: recordKey(login._id) },
    { $set: { failures: 0, ...account } },
    { upsert: true },
  );
  return { login, session: await accounts.logIn(email) };
}

function refresh(refreshToken: string | null): Promise<Session> {
  return refreshSession(accounts, refreshToken);
}

function sessionId(session: Session): string {
  return session.viewer.sessionId;
}

async function expectEnded(session: Session): Promise<void> {
  await expect(refresh(session.refreshToken)).rejects.toMatchObject(refused);
  expect(await viewerWith(accounts, session.accessToken)).toBe('UNAUTHENTICATED');
}

/** What the journal tells of the sessions of a login, log-ins aside. */
async function actionsOf({ id }: StoredUser): Promise<string[]> {
  const entries = await accounts.database.journal
    .find({ subjectId: String(id), action: { $ne: 'LOGGED_IN' } })
    .toArray();
  return entries.map(({ action }) => action);
}
