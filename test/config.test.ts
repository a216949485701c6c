import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Config, ConfigError, readConfig } from '../src/config.ts';

/** What is wrong with an environment, in the gateway's words; nothing when it is taken. */
function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems;
  }
}

const privateKey = {
  kty: 'OKP',
  crv: 'Ed25519',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
};
const keySet = JSON.stringify({ keys: [privateKey] });

describe('an empty environment', () => {
  it('is a gateway for one machine, every setting at its documented default', () => {
    expect(readConfig({})).toEqual({
      production: false,
      mongodbUri: null,
      mongodbDatabase: 'delivery',
      dataDirectory: resolve('data'),
      host: '127.0.0.1',
      port: 4000,
      publicUrl: 'http://127.0.0.1:4000',
      defaultPhoneRegion: 'IN',
      legacyTimezone: 'UTC',
      migrate: true,
      signingKeys: null,
      signingKeysFile: null,
      accessTokenLifetimeMs: 15 * 60_000,
      sessionIdleMs: 30 * 24 * 3_600_000,
      staffSessionIdleMs: 12 * 3_600_000,
      bcryptCost: 12,
      temporaryPasswordLifetimeMs: 7 * 24 * 3_600_000,
      confirmHalfLinks: true,
      backfillActiveStatuses: ['active'],
      billingStatuses: ['ACTIVE', 'TRIAL', 'PAUSED', 'INACTIVE', 'OTHER'],
      listMaxExamined: 20_000,
      sweepIntervalMs: 30_000,
      changeStreams: true,
      foreignHistory: false,
      trustedProxies: [],
      corsOrigins: [],
      introspection: 'everyone',
      logLevel: 'info',
      businessName: 'Customer Gateway',
      notifications: {
        smtpUrl: null,
        mailFrom: 'Customer Gateway <no-reply@localhost>',
        smsWebhook: null,
        directory: `${process.cwd()}/data/notifications`,
        useBothChannels: false,
        assignmentDigestMs: 600_000,
        smsDailyBudget: 1_000,
        smsPrice: 0,
        locale: 'en',
        templatesDirectory: null,
      },
    } satisfies Config);
  });

  it('is what empty and blank values are taken for, as env files leave them', () => {
    expect(readConfig({ PORT: '', MONGODB_URI: ' ', SIGNING_KEYS: '', CORS_ORIGINS: '  ' })).toEqual(
      readConfig({}),
    );
  });
});

describe('a setting', () => {
  it.each<[string, string, Partial<Config>]>([
    ['MONGODB_URI', 'mongodb://a,b/?replicaSet=rs0', { mongodbUri: 'mongodb://a,b/?replicaSet=rs0' }],
    ['MONGODB_URI', 'mongodb+srv://cluster.example', { mongodbUri: 'mongodb+srv://cluster.example' }],
    ['MONGODB_DB', 'shop', { mongodbDatabase: 'shop' }],
    ['DATA_DIR', '/srv/gateway', { dataDirectory: '/srv/gateway' }],
    ['HOST', '::1', { host: '::1', publicUrl: 'http://[::1]:4000' }],
    ['HOST', '0.0.0.0', { host: '0.0.0.0', publicUrl: 'http://0.0.0.0:4000' }],
    ['PORT', '0', { port: 0 }],
    ['PORT', '65535', { port: 65_535 }],
    ['PUBLIC_URL', 'https://api.example.com/', { publicUrl: 'https://api.example.com' }],
    ['DEFAULT_PHONE_REGION', 'GB', { defaultPhoneRegion: 'GB' }],
    ['LEGACY_TIMEZONE', 'Asia/Kolkata', { legacyTimezone: 'Asia/Kolkata' }],
    ['MIGRATE', 'off', { migrate: false }],
    ['SIGNING_KEYS', keySet, { signingKeys: keySet }],
    ['SIGNING_KEYS_FILE', '/run/secrets/keys.json', { signingKeysFile: '/run/secrets/keys.json' }],
    ['BCRYPT_COST', '10', { bcryptCost: 10 }],
    ['SESSION_IDLE_DAYS', '7', { sessionIdleMs: 7 * 24 * 3_600_000 }],
    ['STAFF_SESSION_IDLE_HOURS', '1', { staffSessionIdleMs: 3_600_000 }],
    ['TEMPORARY_PASSWORD_DAYS', '1', { temporaryPasswordLifetimeMs: 24 * 3_600_000 }],
    ['CONFIRM_HALF_LINKS', 'off', { confirmHalfLinks: false }],
    ['BACKFILL_ACTIVE_STATUSES', ' Active, trial', { backfillActiveStatuses: ['active', 'trial'] }],
    ['BILLING_STATUSES', ' Active, other', { billingStatuses: ['ACTIVE', 'OTHER'] }],
    ['LIST_MAX_EXAMINED', '1000', { listMaxExamined: 1_000 }],
    ['SWEEP_INTERVAL_SECONDS', '1', { sweepIntervalMs: 1_000 }],
    ['CHANGE_STREAMS', 'off', { changeStreams: false }],
    ['FOREIGN_HISTORY', 'on', { foreignHistory: true }],
    [
      'TRUSTED_PROXIES',
      '10.0.0.1, 192.168.0.0/16,fd00::/8',
      { trustedProxies: ['10.0.0.1', '192.168.0.0/16', 'fd00::/8'] },
    ],
    [
      'CORS_ORIGINS',
      'https://admin.example.com, http://localhost:5173',
      { corsOrigins: ['https://admin.example.com', 'http://localhost:5173'] },
    ],
    ['LOG_LEVEL', 'silent', { logLevel: 'silent' }],
  ])('%s is taken as %s', (name, value, expected) => {
    expect(readConfig({ [name]: value })).toMatchObject(expected);
  });

  it.each([
    ['MONGODB_URI', 'localhost:27017'],
    ['MONGODB_URI', 'http://localhost'],
    ['MONGODB_DB', 'a/b'],
    ['MONGODB_DB', '$cmd'],
    ['MONGODB_DB', 'x'.repeat(64)],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '40.5'],
    ['PORT', 'http'],
    ['PUBLIC_URL', 'api.example.com'],
    ['PUBLIC_URL', 'ftp://api.example.com'],
    ['DEFAULT_PHONE_REGION', 'in'],
    ['DEFAULT_PHONE_REGION', 'India'],
    ['LEGACY_TIMEZONE', 'IST5:30'],
    ['MIGRATE', 'false'],
    ['SIGNING_KEYS', 'secret'],
    ['SIGNING_KEYS', '{"keys":[]}'],
    ['SIGNING_KEYS', 'null'],
    ['SIGNING_KEYS', JSON.stringify({ keys: [{ ...privateKey, d: undefined }] })],
    ['SIGNING_KEYS', JSON.stringify({ keys: [privateKey, { kty: 'RSA', n: 'x', e: 'AQAB' }] })],
    ['BCRYPT_COST', '9'],
    ['BCRYPT_COST', '16'],
    ['SESSION_IDLE_DAYS', '0'],
    ['STAFF_SESSION_IDLE_HOURS', '721'],
    ['TEMPORARY_PASSWORD_DAYS', '0'],
    ['TEMPORARY_PASSWORD_DAYS', '91'],
    ['CONFIRM_HALF_LINKS', 'yes'],
    ['BILLING_STATUSES', 'active,gold'],
    ['BILLING_STATUSES', ' , '],
    ['LIST_MAX_EXAMINED', '999'],
    ['SWEEP_INTERVAL_SECONDS', '0'],
    ['SWEEP_INTERVAL_SECONDS', '3601'],
    ['CHANGE_STREAMS', 'yes'],
    ['FOREIGN_HISTORY', 'yes'],
    ['TRUSTED_PROXIES', 'proxy.example.com'],
    ['TRUSTED_PROXIES', '10.0.0.0/33'],
    ['TRUSTED_PROXIES', '10.0.0.0/'],
    ['TRUSTED_PROXIES', '10.0.0.1, 10.0.0.300'],
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', 'admin.example.com'],
    ['CORS_ORIGINS', 'https://admin.example.com/'],
    ['CORS_ORIGINS', 'null'],
    ['LOG_LEVEL', 'verbose'],
  ])('%s is refused as %s, in one line that names it', (name, value) => {
    const problems = problemsOf({ [name]: value });
    expect(problems).toEqual([expect.stringMatching(new RegExp(`^${name}: .+`))]);
    expect(problems.join()).not.toContain('\n');
  });
});

describe('problems', () => {
  it('are told all at once, those of production among them', () => {
    const problems = problemsOf({
      NODE_ENV: 'production',
      PORT: 'x',
      BCRYPT_COST: '4',
      MIGRATE: '1',
      LOG_LEVEL: 'loud',
    });
    expect(problems.map((problem) => problem.split(':')[0]).sort()).toEqual(
      ['BCRYPT_COST', 'LOG_LEVEL', 'MIGRATE', 'MONGODB_URI', 'PORT', 'SIGNING_KEYS'].sort(),
    );
  });

  it('are told without the secrets that are in them', () => {
    const secret = 'correct-horse-battery';
    for (const [name, value] of [
      ['MONGODB_URI', `mongo://admin:${secret}@db.example.com/`],
      ['SIGNING_KEYS', JSON.stringify({ keys: [{ kty: 'oct', k: secret, d: secret }] })],
    ] as const) {
      const problems = problemsOf({ [name]: value });
      expect(problems).toHaveLength(1);
      expect(problems.join()).not.toContain(secret);
    }
  });
});

describe('production', () => {
  it('needs a database and keys of its own', () => {
    expect(problemsOf({ NODE_ENV: 'production' })).toEqual([
      'MONGODB_URI: is required when NODE_ENV is production',
      'SIGNING_KEYS: is required when NODE_ENV is production',
    ]);
  });

  it('takes its keys from the environment or from a file, and not from both', () => {
    const production = { NODE_ENV: 'production', MONGODB_URI: 'mongodb://db' };
    const file = { SIGNING_KEYS_FILE: '/run/secrets/keys.json' };
    expect(readConfig({ ...production, ...file })).toMatchObject({ signingKeys: null });
    expect(problemsOf({ ...production, ...file, SIGNING_KEYS: keySet })).toEqual([
      'SIGNING_KEYS_FILE: cannot be given together with SIGNING_KEYS',
    ]);
  });

  it('shows the schema to staff only', () => {
    const config = readConfig({ NODE_ENV: 'production', MONGODB_URI: 'mongodb://db', SIGNING_KEYS: keySet });
    expect(config).toMatchObject({ production: true, introspection: 'staff' });
  });
});
