import type { CustomerDependencies } from './customer-access.ts';
import type { LoginBlocker } from './customer-enums.ts';
import { credentialsContact, credentialsReceiver } from './issue-credentials.ts';
import { type FixCall, fixCalls, fixText } from './login-diagnosis-fix.ts';
import type { DiagnosedLogin } from './login-diagnosis-hints.ts';
import { fateOf, momentOf } from './login-diagnosis-message.ts';

/** A blocker, in plain words, and the operation that removes it. */
export interface LoginStep {
  readonly blocker: LoginBlocker;
  readonly explanation: string;
  readonly fix: string;
}

/** Says what a blocker of somebody who has a login means for them. */
export async function loginStep(
  dependencies: CustomerDependencies,
  diagnosed: DiagnosedLogin,
  blocker: LoginBlocker,
): Promise<LoginStep> {
  const { userId, login, account, source, credentials, masked } = diagnosed;
  const sent = credentials.map((message) => fateOf(message, masked)).join(' ');
  switch (blocker) {
    case 'INACTIVE':
      return {
        blocker,
        explanation: sentences(
          'This login is not active, and nobody can log in with it, whatever the password.',
          await deactivation(dependencies, diagnosed),
        ),
        fix: fixText([fixCalls.setLoginActive(userId)]),
      };
    case 'LOCKED':
      return {
        blocker,
        explanation: sentences(
          `After ${account?.failures ?? 0} wrong passwords in a row every log-in is refused until ${account?.lockedUntil == null ? 'shortly' : momentOf(account.lockedUntil)}, with the right password too.`,
          'It passes by itself, and a forgotten password can be reset all the same.',
        ),
        fix: fixText([fixCalls.unlockLogin(userId)]),
      };
    default: {
      const reachable = isReachable(dependencies, diagnosed);
      const why: Partial<Record<LoginBlocker, string>> = {
        NO_PASSWORD: 'This login has no password: none is stored, or what is stored can match none.',
        CREDENTIALS_NOT_SENT: 'This login was made without a password, and waits for its first one.',
        TEMPORARY_PASSWORD_EXPIRED: `The temporary password was not used in time: it expired ${momentOf(source.passwordExpiresAt ?? diagnosed.at)}.`,
      };
      return {
        blocker,
        explanation: sentences(
          why[blocker] ?? '',
          sent === '' ? 'No message with credentials is known.' : sent,
          login.isActive ? '' : 'Credentials go to active logins only, so it is made active first.',
          reachable
            ? ''
            : 'Nothing can be sent to this customer: ask for a phone or an e-mail, which is stored first.',
        ),
        fix: fixText(newCredentials(dependencies, diagnosed, reachable)),
      };
    }
  }
}

/** Whatever has to be done before credentials can go out, too: each fix works by itself. */
function newCredentials(
  { accounts }: CustomerDependencies,
  { login, userId, customerId }: DiagnosedLogin,
  reachable: boolean,
): FixCall[] {
  return [
    ...(reachable ? [] : [fixCalls.giveContact(customerId, contactToAskFor(accounts.outbox.reaches))]),
    ...(login.isActive ? [] : [fixCalls.setLoginActive(userId)]),
    fixCalls.resendCredentials(customerId),
  ];
}

/** Everybody has a phone; where no SMS can be sent, an e-mail it is. */
export function contactToAskFor(
  reaches: CustomerDependencies['accounts']['outbox']['reaches'],
): 'phone' | 'email' {
  return reaches({ email: null, phoneE164: '+919876543210' }) ? 'phone' : 'email';
}

function isReachable(dependencies: CustomerDependencies, { source }: DiagnosedLogin): boolean {
  const receiver = credentialsReceiver(source);
  return receiver !== null && credentialsContact(dependencies, receiver) !== null;
}

/** Who has made the login inactive, and when, where the gateway knows: the older application does it too. */
async function deactivation(
  { database }: CustomerDependencies,
  { userId, mayReadJournal }: DiagnosedLogin,
): Promise<string> {
  if (!mayReadJournal) return '';
  const entry = await database.journal.findOne(
    { subjectIds: userId, action: 'LOGIN_DEACTIVATED' },
    { sort: { at: -1 } },
  );
  return entry === null ? '' : `${entry.actor} made it so ${momentOf(entry.at)}.`;
}

function sentences(...texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join(' ');
}
