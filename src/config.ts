import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { getCountries } from 'libphonenumber-js';
import { IANAZone } from 'luxon';
import { z } from 'zod';
import type { PhoneRegion } from './customer-index/canonical-phone.ts';

/** Everything that can be set from outside, with units in the names. See README, "Configuration". */
export interface Config {
  readonly production: boolean;
  /** Null: the embedded server under `dataDirectory`. */
  readonly mongodbUri: string | null;
  readonly mongodbDatabase: string;
  readonly dataDirectory: string;
  readonly host: string;
  readonly port: number;
  /** Where clients reach the gateway, without a slash at the end; issuer of its tokens. */
  readonly publicUrl: string;
  readonly defaultPhoneRegion: PhoneRegion;
  /** IANA zone in which stored times without a zone are read. */
  readonly legacyTimezone: string;
  /** Run migrations at start; when false, an old schema stops the gateway. */
  readonly migrate: boolean;
  /** A JSON Web Key Set with private keys; null: in `signingKeysFile`, or generated into `dataDirectory`. */
  readonly signingKeys: string | null;
  /** A file that holds one, and is read again when it changes; null: none. */
  readonly signingKeysFile: string | null;
  readonly accessTokenLifetimeMs: number;
  /** A session that is not used for so long ends; of admins and analysts, `staffSessionIdleMs`. */
  readonly sessionIdleMs: number;
  readonly staffSessionIdleMs: number;
  readonly bcryptCost: number;
  readonly temporaryPasswordLifetimeMs: number;
  /** A login whose half link only it claims reads the delivery half only after a confirmation. */
  readonly confirmHalfLinks: boolean;
  /** Statuses of delivery records, in lower case, whose logins the backfill makes active. */
  readonly backfillActiveStatuses: readonly string[];
  /** Statuses of the customers who are billed. */
  readonly billingStatuses: readonly BillingStatus[];
  /** Rows of the index that a page of a list may look at, for each way that is tried. */
  readonly listMaxExamined: number;
  /** How often writes of others are looked for where no change stream tells of them. */
  readonly sweepIntervalMs: number;
  /** Follow the database's change stream, where it has one. */
  readonly changeStreams: boolean;
  /** Have the database keep what `users` and `customers_v2` held before each change, for the journal. */
  readonly foreignHistory: boolean;
  /** Addresses or CIDR ranges of proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  /** Origins of browsers that may call the API from elsewhere. */
  readonly corsOrigins: readonly string[];
  readonly introspection: 'everyone' | 'staff';
  readonly logLevel: string;
  /** How the business signs its messages. */
  readonly businessName: string;
  readonly notifications: NotificationConfig;
}

/** How messages leave. A channel without a transport is not used. */
export interface NotificationConfig {
  /** `smtp://` or `smtps://` with user and password; null: none. */
  readonly smtpUrl: string | null;
  /** Sender of e-mails, such as `Deliveries <no-reply@example.com>`. */
  readonly mailFrom: string;
  /** Where messages for SMS are posted, and the key of their signature (Standard Webhooks); null: none. */
  readonly smsWebhook: { readonly url: string; readonly secret: string } | null;
  /** Messages of channels without a transport become files here; null: such a channel is not used. */
  readonly directory: string | null;
  /** Send by every channel that reaches somebody, rather than by e-mail alone where there is an address. */
  readonly useBothChannels: boolean;
  /** How long delivery boys' messages about their customers wait for more to tell; null: nobody is sent any. */
  readonly assignmentDigestMs: number | null;
  /** SMS a day (UTC), all together; further ones wait for the next day. */
  readonly smsDailyBudget: number;
  /** What one SMS costs, in whatever currency: for estimates. */
  readonly smsPrice: number;
  /** The language of the templates: the name of their folder. */
  readonly locale: string;
  /** A folder of the business's own templates; null: those of the gateway. */
  readonly templatesDirectory: string | null;
}

/** Every problem of the environment at once, one line each. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `The configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
    );
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/**
 * Reads the environment once; nothing else in the gateway looks at it.
 *
 * @throws ConfigError with every problem found.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim() !== ''));
  const parsed = environmentSchema.safeParse(given);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  if (given.NODE_ENV === 'production') problems.push(...missingInProduction(given));
  if (given.SMS_WEBHOOK_URL !== undefined && given.SMS_WEBHOOK_SECRET === undefined)
    problems.push('SMS_WEBHOOK_SECRET: is required with SMS_WEBHOOK_URL');
  if (given.SIGNING_KEYS !== undefined && given.SIGNING_KEYS_FILE !== undefined)
    problems.push('SIGNING_KEYS_FILE: cannot be given together with SIGNING_KEYS');
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  const env = parsed.data;
  return {
    production: env.NODE_ENV === 'production',
    mongodbUri: env.MONGODB_URI ?? null,
    mongodbDatabase: env.MONGODB_DB,
    dataDirectory: resolve(env.DATA_DIR),
    host: env.HOST,
    port: env.PORT,
    publicUrl: (
      env.PUBLIC_URL ?? `http://${isIP(env.HOST) === 6 ? `[${env.HOST}]` : env.HOST}:${env.PORT}`
    ).replace(/\/+$/, ''),
    defaultPhoneRegion: env.DEFAULT_PHONE_REGION,
    legacyTimezone: env.LEGACY_TIMEZONE,
    migrate: env.MIGRATE === 'on',
    signingKeys: env.SIGNING_KEYS ?? null,
    signingKeysFile: env.SIGNING_KEYS_FILE === undefined ? null : resolve(env.SIGNING_KEYS_FILE),
    accessTokenLifetimeMs: 15 * minuteMs,
    sessionIdleMs: env.SESSION_IDLE_DAYS * dayMs,
    staffSessionIdleMs: env.STAFF_SESSION_IDLE_HOURS * hourMs,
    bcryptCost: env.BCRYPT_COST,
    temporaryPasswordLifetimeMs: env.TEMPORARY_PASSWORD_DAYS * dayMs,
    confirmHalfLinks: env.CONFIRM_HALF_LINKS === 'on',
    backfillActiveStatuses: env.BACKFILL_ACTIVE_STATUSES,
    billingStatuses: env.BILLING_STATUSES,
    listMaxExamined: env.LIST_MAX_EXAMINED,
    sweepIntervalMs: env.SWEEP_INTERVAL_SECONDS * 1000,
    changeStreams: env.CHANGE_STREAMS === 'on',
    foreignHistory: env.FOREIGN_HISTORY === 'on',
    trustedProxies: env.TRUSTED_PROXIES,
    corsOrigins: env.CORS_ORIGINS,
    introspection: env.NODE_ENV === 'production' ? 'staff' : 'everyone',
    logLevel: env.LOG_LEVEL,
    businessName: env.BUSINESS_NAME,
    notifications: notificationConfig(env),
  };
}

function notificationConfig(env: z.infer<typeof environmentSchema>): NotificationConfig {
  const directory =
    env.NOTIFICATIONS_DIR ?? (env.NODE_ENV === 'production' ? null : join(env.DATA_DIR, 'notifications'));
  return {
    smtpUrl: env.SMTP_URL ?? null,
    mailFrom: env.MAIL_FROM,
    smsWebhook:
      env.SMS_WEBHOOK_URL === undefined
        ? null
        : { url: env.SMS_WEBHOOK_URL, secret: env.SMS_WEBHOOK_SECRET ?? '' },
    directory: directory === null ? null : resolve(directory),
    useBothChannels: env.NOTIFICATION_CHANNELS === 'both',
    assignmentDigestMs:
      env.ASSIGNMENT_DIGEST_MINUTES === 'off' ? null : env.ASSIGNMENT_DIGEST_MINUTES * minuteMs,
    smsDailyBudget: env.SMS_DAILY_BUDGET,
    smsPrice: env.SMS_PRICE,
    locale: env.NOTIFICATION_LOCALE,
    templatesDirectory: env.TEMPLATES_DIR === undefined ? null : resolve(env.TEMPLATES_DIR),
  };
}

/** `OTHER` is any text that the gateway does not know. */
const billingStatuses = ['ACTIVE', 'TRIAL', 'PAUSED', 'INACTIVE', 'OTHER'] as const;
type BillingStatus = (typeof billingStatuses)[number];

function isBillingStatus(text: string): text is BillingStatus {
  return billingStatuses.some((status) => status === text);
}

/** The environment of this process. */
export function processEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const onOff = z.enum(['on', 'off'], 'must be on or off');
/** Values between commas, each of which has to hold. */
function list(holds: (item: string) => boolean, message: string) {
  return z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    )
    .refine((items) => items.every(holds), message);
}

function wholeNumber(smallest: number, largest: number) {
  const message = `must be a whole number from ${smallest} to ${largest}`;
  return z.coerce.number(message).int(message).min(smallest, message).max(largest, message);
}

const phoneRegions: readonly string[] = getCountries();

const environmentSchema = z.object({
  NODE_ENV: z.string().default('development'),
  MONGODB_URI: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\/.+/, 'must begin with mongodb:// or mongodb+srv://')
    .optional(),
  MONGODB_DB: z
    .string()
    .regex(/^[^/\\. "$*<>:|?\0]{1,63}$/, 'is no name of a MongoDB database')
    .default('delivery'),
  DATA_DIR: z.string().default('./data'),
  HOST: z.string().default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535).default(4000),
  PUBLIC_URL: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).optional(),
  DEFAULT_PHONE_REGION: z
    .custom<PhoneRegion>(
      (value) => typeof value === 'string' && phoneRegions.includes(value),
      'must be an ISO 3166 region such as IN',
    )
    .default('IN'),
  LEGACY_TIMEZONE: z
    .string()
    .refine((zone) => IANAZone.isValidZone(zone), 'must be an IANA zone such as Asia/Kolkata')
    .default('UTC'),
  MIGRATE: onOff.default('on'),
  SIGNING_KEYS: z
    .string()
    .refine(isPrivateKeySet, 'must be a JSON Web Key Set of Ed25519 keys, at least one of them private')
    .optional(),
  SIGNING_KEYS_FILE: z.string().optional(),
  BCRYPT_COST: wholeNumber(10, 15).default(12),
  SESSION_IDLE_DAYS: wholeNumber(1, 365).default(30),
  STAFF_SESSION_IDLE_HOURS: wholeNumber(1, 720).default(12),
  TEMPORARY_PASSWORD_DAYS: wholeNumber(1, 90).default(7),
  CONFIRM_HALF_LINKS: onOff.default('on'),
  BACKFILL_ACTIVE_STATUSES: list(
    (status) => status.length <= 100,
    'must be statuses such as active,trial, between commas',
  )
    .transform((statuses) => statuses.map((status) => status.toLowerCase()))
    .default(['active']),
  BILLING_STATUSES: list(
    (status) => isBillingStatus(status.toUpperCase()),
    'must be statuses out of active, trial, paused, inactive and other, between commas',
  )
    .transform((statuses) => statuses.map((status) => status.toUpperCase()).filter(isBillingStatus))
    .refine((statuses) => statuses.length > 0, 'must name at least one status')
    .default([...billingStatuses]),
  LIST_MAX_EXAMINED: wholeNumber(1_000, 10_000_000).default(20_000),
  SWEEP_INTERVAL_SECONDS: wholeNumber(1, 3600).default(30),
  CHANGE_STREAMS: onOff.default('on'),
  FOREIGN_HISTORY: onOff.default('off'),
  TRUSTED_PROXIES: list(
    isAddressRange,
    'must be IP addresses or CIDR ranges such as 10.0.0.0/8, between commas',
  ).default([]),
  CORS_ORIGINS: list(
    isOrigin,
    'must be origins such as https://admin.example.com, without a path, between commas',
  ).default([]),
  BUSINESS_NAME: z.string().max(30, 'must have at most 30 characters').default('Customer Gateway'),
  SMTP_URL: z.url({ protocol: /^smtps?$/, error: 'must be an smtp or smtps URL' }).optional(),
  MAIL_FROM: z
    .string()
    .regex(/^[^<>@]*<?[^\s<>@]+@[^\s<>@]+>?$/, 'must be an address such as Deliveries <no-reply@example.com>')
    .default('Customer Gateway <no-reply@localhost>'),
  SMS_WEBHOOK_URL: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).optional(),
  SMS_WEBHOOK_SECRET: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, 'must be whsec_ and at least 24 bytes in base64')
    .optional(),
  NOTIFICATIONS_DIR: z.string().optional(),
  NOTIFICATION_CHANNELS: z.enum(['first', 'both'], 'must be first or both').default('first'),
  ASSIGNMENT_DIGEST_MINUTES: z
    .union([z.literal('off'), wholeNumber(0, 1_440)], {
      error: 'must be a whole number from 0 to 1440, or off',
    })
    .default(10),
  SMS_DAILY_BUDGET: wholeNumber(0, 10_000_000).default(1_000),
  SMS_PRICE: z.coerce
    .number('must be a number such as 0.02')
    .min(0, 'must not be negative')
    .max(1_000, 'must be at most 1000')
    .default(0),
  NOTIFICATION_LOCALE: z
    .string()
    .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a language such as en')
    .default('en'),
  TEMPLATES_DIR: z.string().optional(),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], 'must be a level such as info')
    .default('info'),
});

function isPrivateKeySet(text: string): boolean {
  try {
    const { keys } = JSON.parse(text);
    if (!Array.isArray(keys) || !keys.every((key) => key?.kty === 'OKP' && key.crv === 'Ed25519'))
      return false;
    return keys.some((key) => typeof key.d === 'string');
  } catch {
    return false;
  }
}

/** An empty prefix would be read as `/0`, which trusts everybody. */
function isAddressRange(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  if (bits < 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits);
}

/** As browsers send it in `Origin`: anything else would never be equal to one. */
function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

function missingInProduction(given: Readonly<Record<string, string | undefined>>): string[] {
  return ['MONGODB_URI', 'SIGNING_KEYS']
    .filter((name) => given[name] === undefined)
    .filter((name) => name !== 'SIGNING_KEYS' || given.SIGNING_KEYS_FILE === undefined)
    .map((name) => `${name}: is required when NODE_ENV is production`);
}
