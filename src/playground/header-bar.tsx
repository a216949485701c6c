import { nameOfRole } from './examples-plugin.tsx';
import { Field } from './field.tsx';
import { ErrorNotice } from './notice.tsx';
import type { SessionState } from './use-session.ts';
import { useSubmit } from './use-submit.ts';

/** The product's name, and either the log-in form or who is logged in. */
export function HeaderBar({ state }: { state: SessionState }) {
  const { session } = state;
  return session === null ? <LogInHeader logIn={state.logIn} /> : <ViewerHeader state={state} />;
}

function Brand() {
  return (
    <div className="brand">
      <img src={`${import.meta.env.BASE_URL}favicon.svg`} alt="" width="28" height="28" />
      <h1>
        Customer Gateway <span>playground</span>
      </h1>
    </div>
  );
}

function LogInHeader({ logIn }: Pick<SessionState, 'logIn'>) {
  const { isSending, error, onSubmit } = useSubmit(({ identifier = '', password = '' }) =>
    logIn(identifier, password),
  );
  return (
    <>
      <header className="bar">
        <Brand />
        <form className="form" aria-label="Log in" onSubmit={onSubmit}>
          <Field label="E-mail or phone" name="identifier" autoComplete="username" />
          <Field label="Password" name="password" type="password" autoComplete="current-password" />
          <button type="submit" className="button button-primary" disabled={isSending}>
            {isSending ? 'Logging in…' : 'Log in'}
          </button>
        </form>
      </header>
      {error && <ErrorNotice error={error} />}
    </>
  );
}

function ViewerHeader({ state: { session, logOut } }: { state: SessionState }) {
  if (session === null) return null;
  const { viewer, expiresAt } = session;
  const until = new Date(expiresAt);
  return (
    <header className="bar">
      <Brand />
      <section className="viewer" aria-label="Logged in as">
        <span className="viewer-name">{viewer.name ?? viewer.id}</span>
        <span className="viewer-role">{nameOfRole(viewer.role)}</span>
        <time className="viewer-until" dateTime={expiresAt}>
          until {until.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })}
        </time>
        <button type="button" className="button" onClick={logOut}>
          Log out
        </button>
      </section>
    </header>
  );
}
