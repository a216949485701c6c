import type { IndexSettings } from '../customer-index/customer-index-rows.ts';
import type { Database } from '../database/collections.ts';
import type { AccessTokens } from './access-tokens.ts';
import type { Authenticator } from './authenticate.ts';
import type { PasswordHasher } from './password-hasher.ts';

/** What the use cases of this folder work with. */
export interface AccountsDependencies {
  readonly database: Database;
  readonly hasher: PasswordHasher;
  readonly accessTokens: AccessTokens;
  readonly authenticator: Authenticator;
  readonly indexSettings: IndexSettings;
  readonly now: () => Date;
}
