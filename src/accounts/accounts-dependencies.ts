import type { IndexSettings } from '../customer-index/customer-index-rows.ts';
import type { Database } from '../database/collections.ts';
import type { Outbox } from '../notifications/outbox.ts';
import type { AccessTokens } from './access-tokens.ts';
import type { Authenticator } from './authenticate.ts';
import type { CodeDigests } from './code-digests.ts';
import type { PasswordHasher } from './password-hasher.ts';
import type { RefreshTokens } from './refresh-tokens.ts';

/** What the use cases of this folder work with. */
export interface AccountsDependencies {
  readonly database: Database;
  readonly hasher: PasswordHasher;
  readonly accessTokens: AccessTokens;
  readonly refreshTokens: RefreshTokens;
  readonly authenticator: Authenticator;
  readonly indexSettings: IndexSettings;
  readonly outbox: Outbox;
  /** Of codes that are short enough to be typed. */
  readonly codeDigests: CodeDigests;
  /** SMS a day (UTC) for forgotten passwords, all together: these anybody can ask for. */
  readonly recoverySmsPerDay: number;
  readonly temporaryPasswordLifetimeMs: number;
  /** Where links in messages lead, without a slash at the end. */
  readonly publicUrl: string;
  readonly now: () => Date;
}
