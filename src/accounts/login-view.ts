import { mustChangePassword } from '../customer-index/temporary-password-state.ts';
import type { StoredAccount } from '../database/collections.ts';
import type { LoginRecord } from '../database/stored-documents.ts';
import { AppError } from '../errors.ts';
import { toViewer, type Viewer } from './viewer.ts';

/** Somebody's login as they would see it themselves, for an admin who has changed it: in no session. */
export type LoginView = Omit<Viewer, 'sessionId'>;

/** @throws AppError CONFLICT for a login of a role that the gateway does not know. */
export function loginView(login: LoginRecord, account: StoredAccount | null): LoginView {
  const viewer = toViewer(login, {
    sessionId: '',
    mustChangePassword: mustChangePassword(account, login),
    pendingEmail: account?.pendingEmail ?? null,
  });
  if (viewer === null) throw unknownRole();
  const { sessionId: _none, ...view } = viewer;
  return view;
}

/** A login whose role the API cannot name. */
export function unknownRole(): AppError {
  return new AppError(
    'CONFLICT',
    'This login has a role that is none of ours. Give it one with setRole first.',
  );
}
