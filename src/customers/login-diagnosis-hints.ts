import { freeFailures } from '../accounts/count-attempt.ts';
import { recipientOf } from '../accounts/credentials-message.ts';
import type { IndexSettings } from '../customer-index/customer-index-rows.ts';
import { deliverable } from '../customer-index/customer-values.ts';
import { mustChangePassword } from '../customer-index/temporary-password-state.ts';
import type { StoredAccount } from '../database/collections.ts';
import type { LoginRecord } from '../database/stored-documents.ts';
import type { Outbox } from '../notifications/outbox.ts';
import type { LoginBlocker } from './customer-enums.ts';
import type { CustomerSource } from './customer-view.ts';
import { type CredentialsNotice, fateOf, momentOf } from './login-diagnosis-message.ts';
import { maskPhone } from './mask.ts';

/** Somebody's login, and everything that is said of it. */
export interface DiagnosedLogin {
  readonly source: CustomerSource;
  readonly login: LoginRecord;
  readonly account: StoredAccount | null;
  /** What addresses the customer, and the login, in a mutation. */
  readonly customerId: string;
  readonly userId: string;
  /** The newest messages with credentials, of each channel one. */
  readonly credentials: readonly CredentialsNotice[];
  /** What can be typed to log in. */
  readonly names: readonly string[];
  /** A phone that other logins have too, and how many do. */
  readonly sharedPhone: { readonly phone: string; readonly others: number } | null;
  readonly mayReadJournal: boolean;
  /** Contacts are masked. */
  readonly masked: boolean;
  readonly at: Date;
}

interface Reaching {
  readonly settings: IndexSettings;
  readonly reaches: Outbox['reaches'];
}

/** What is good to know beside the blockers, a sentence or two each. */
export function loginHints(
  diagnosed: DiagnosedLogin & Reaching,
  blockers: readonly LoginBlocker[],
): string[] {
  return [
    ...howToLogIn(diagnosed),
    ...howToReset(diagnosed),
    ...(blockers.length > 0 ? [] : ofPassword(diagnosed)),
    ...failures(diagnosed, blockers),
  ];
}

function howToLogIn({ names, sharedPhone, masked, userId }: DiagnosedLogin): string[] {
  const phone = sharedPhone && (masked ? maskPhone(sharedPhone.phone) : sharedPhone.phone);
  const others = sharedPhone?.others === 1 ? 'another login has' : `${sharedPhone?.others} other logins have`;
  const [first] = names;
  return [
    ...(phone === null ? [] : [`Nobody can log in by the phone ${phone}: ${others} it too.`]),
    ...(first === undefined
      ? [
          'This customer has nothing to log in by that means this login alone: give them an e-mail or a phone of their own with updateCustomer.',
        ]
      : first === userId
        ? [`They log in by the id of the login, ${userId}: it has no e-mail or phone of its own.`]
        : []),
  ];
}

function howToReset({ login, settings, reaches, customerId }: DiagnosedLogin & Reaching): string[] {
  if (reaches(recipientOf(login, settings.defaultPhoneRegion))) return [];
  const address =
    deliverable(login) === null ? 'it has no address that receives mail' : 'mail is not sent here';
  return [
    `This login can be reached neither by e-mail nor by SMS (${address}, and no phone that receives an SMS), so they cannot reset a forgotten password themselves. updateCustomer(input: { id: ${JSON.stringify(customerId)}, … }) gives it one.`,
  ];
}

/** Nothing is in the way: it is the password, or the message with it. */
function ofPassword({ login, account, source, credentials, masked, customerId }: DiagnosedLogin): string[] {
  const lastLogin =
    account?.lastLoginAt === undefined ? '' : ` They last logged in ${momentOf(account.lastLoginAt)}.`;
  if (!mustChangePassword(account, login)) {
    return [
      `Nothing is in the way: the password is their own, and if it is not accepted it is another one. They can choose a new one on the page /reset-password.${lastLogin}`,
    ];
  }
  const until = source.passwordExpiresAt === null ? '' : ` until ${momentOf(source.passwordExpiresAt)}`;
  const fate = credentials.map((message) => fateOf(message, masked)).join(' ');
  const lost = credentials.length > 0 && credentials.every(({ state }) => state === 'DEAD');
  const again = credentials.map(({ _id }) => `resendNotification(id: ${JSON.stringify(_id)})`).join(' and ');
  const fresh = `resendCredentials(customerId: ${JSON.stringify(customerId)})`;
  return [
    `The password is a temporary one, good for choosing another${until}. ${fate}`.trim(),
    lost
      ? `They have never received it: once the contact is right, ${fresh} sends another; ${again} tries the same contact again.`
      : `If they have lost it, ${fresh} sends another.`,
  ];
}

function failures({ account, at }: DiagnosedLogin, blockers: readonly LoginBlocker[]): string[] {
  const failed = account?.failures ?? 0;
  const wasLocked = account?.lockedUntil != null && account.lockedUntil <= at;
  if (failed === 0 || blockers.includes('LOCKED')) return [];
  const next =
    wasLocked || failed >= freeFailures
      ? 'The next one locks it again for a while.'
      : `After ${freeFailures} the login is locked for a while.`;
  return [`${failed} wrong ${failed === 1 ? 'password' : 'passwords in a row'} so far. ${next}`];
}
