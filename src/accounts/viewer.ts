import { deliverable } from '../customer-index/customer-values.ts';
import { keyText, type LoginRecord, type StoredRole } from '../database/stored-documents.ts';

/** What somebody who is logged in may do. */
export type ViewerRole = 'CUSTOMER' | 'ADMIN' | 'DELIVERY_BOY' | 'ANALYST';

/** Who asks: a login with a session that holds. */
export interface Viewer {
  /** Record key of the login: the `_id` of its account and the `sub` of its tokens. */
  readonly loginKey: string;
  /** `_id` of the login as stored. */
  readonly loginId: unknown;
  /** The address of the login: its `id`, or the text of its `_id` when it has none. */
  readonly id: string;
  readonly role: ViewerRole;
  readonly name: string | null;
  /** Null for none, and for a placeholder to which nothing can be sent. */
  readonly email: string | null;
  readonly phone: string | null;
  /** A new address that becomes `email` once the link sent there is opened. */
  readonly pendingEmail: string | null;
  /** The password is temporary: this session may only choose a new one. */
  readonly mustChangePassword: boolean;
  readonly sessionId: string;
}

/** What a session adds to the login it belongs to. */
export interface ViewerSession {
  readonly sessionId: string;
  readonly mustChangePassword: boolean;
  readonly pendingEmail: string | null;
}

/** The viewer that a login is in a session; null for a login of a role that the gateway does not know. */
export function toViewer(login: LoginRecord, session: ViewerSession): Viewer | null {
  const role = viewerRole(login.role);
  if (role === null) return null;
  return {
    loginKey: login.key,
    loginId: login._id,
    id: loginAddress(login),
    role,
    name: login.name,
    email: deliverable(login),
    phone: login.phone,
    pendingEmail: session.pendingEmail,
    mustChangePassword: session.mustChangePassword,
    sessionId: session.sessionId,
  };
}

/** The text by which a login is addressed, in the journal too. */
export function loginAddress(login: { readonly id: string | null; readonly _id: unknown }): string {
  return login.id ?? keyText(login._id);
}

/** The role as the API names it; null for any that it does not know. */
export function viewerRole(role: StoredRole): ViewerRole | null {
  return rolesByStored[role];
}

/** The role as it is stored. */
export function storedRole(role: ViewerRole): Exclude<StoredRole, 'unknown'> {
  return storedByRole[role];
}

const storedByRole = {
  CUSTOMER: 'customer',
  ADMIN: 'admin',
  DELIVERY_BOY: 'delivery_boy',
  ANALYST: 'analyst',
} as const satisfies Readonly<Record<ViewerRole, StoredRole>>;

const rolesByStored: Readonly<Record<StoredRole, ViewerRole | null>> = {
  customer: 'CUSTOMER',
  admin: 'ADMIN',
  delivery_boy: 'DELIVERY_BOY',
  analyst: 'ANALYST',
  unknown: null,
};
