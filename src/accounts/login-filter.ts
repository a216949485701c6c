import type { Filter } from 'mongodb';
import type { StoredUser } from '../database/stored-documents.ts';

/** The filter that holds for one login, by its `_id` as stored. */
export function loginFilter(loginId: unknown, further: Filter<StoredUser> = {}): Filter<StoredUser> {
  return { ...further, _id: loginId } as Filter<StoredUser>;
}

/** The filter that holds for several logins, by their `_id`s as stored. */
export function loginsFilter(loginIds: readonly unknown[]): Filter<StoredUser> {
  return loginFilter({ $in: loginIds });
}
