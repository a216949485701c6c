import type { SessionCookie } from './accounts/session-cookie.ts';
import type { Viewer } from './accounts/viewer.ts';
import type { Loaders } from './customers/loaders.ts';

/** One request: who asks, from where, and what it has read so far. */
export interface RequestContext {
  /** Null when nobody is logged in. */
  readonly viewer: Viewer | null;
  /** Why the credentials of this request were not accepted; null when there were none, or good ones. */
  readonly authenticationError: Error | null;
  /** Address of the client, read through the trusted proxies. */
  readonly clientAddress: string;
  /** The browser's cookie with its refresh token; null for clients that keep it themselves. */
  readonly sessionCookie: SessionCookie | null;
  readonly requestId: string;
  /**
   * Batches and remembers reads of this request only; never shared across viewers. Made at the first call, for the fields
   * that the operation selects.
   *
   * @param mutation The mutation of the operation that is answered: each remembers its own reads alone, since those before it
   *   have written meanwhile. Null in a query.
   */
  loadersFor(selected: ReadonlySet<string>, mutation: string | null): Loaders;
}
