import { Field } from './field.tsx';
import { GatewayError } from './gateway-client.ts';
import { ErrorNotice } from './notice.tsx';
import type { SessionState } from './use-session.ts';
import { useSubmit } from './use-submit.ts';

/** For a login that may do nothing before it has chosen a password of its own. */
export function ChangePasswordForm({ changePassword }: Pick<SessionState, 'changePassword'>) {
  const { isSending, error, onSubmit } = useSubmit(async ({ current = '', next = '', repeated = '' }) => {
    if (next !== repeated) throw new GatewayError('BAD_USER_INPUT', 'The two new passwords differ.');
    await changePassword(current, next);
  });
  return (
    <>
      <div className="notice notice-warning">
        <form className="form form-wide" aria-label="Choose a new password" onSubmit={onSubmit}>
          <p>Choose a new password: your temporary one is good for nothing else.</p>
          <Field label="Temporary password" name="current" type="password" autoComplete="current-password" />
          <Field label="New password" name="next" type="password" autoComplete="new-password" />
          <Field label="New password again" name="repeated" type="password" autoComplete="new-password" />
          <button type="submit" className="button button-primary" disabled={isSending}>
            {isSending ? 'Changing…' : 'Change password'}
          </button>
        </form>
      </div>
      {error && <ErrorNotice error={error} />}
    </>
  );
}
