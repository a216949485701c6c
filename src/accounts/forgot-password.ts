import { isWithinLimit } from '../throttles/throttle.ts';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { addressKey } from './address-key.ts';
import { recoveryAskingLimit } from './recovery-limits.ts';
import { keepRecoveryRequest } from './recovery-requests.ts';

export interface ForgotPasswordInput {
  /** E-mail, phone or id of a login, in any spelling; or anything else. */
  readonly identifier: string;
  /** Address of the client, read through the trusted proxies. */
  readonly clientAddress: string;
}

/**
 * Asks for a message by which a new password can be chosen. The answer is the same for everybody, and so is the work until
 * then: what was asked is stored, and looked at afterwards (`startRecovery`), so that neither the answer nor its time
 * tells whether anybody is known by it. What was stored is worked on even when the process dies after the answer.
 *
 * From one client address 30 a minute are stored; further ones are answered alike.
 */
export async function forgotPassword(
  dependencies: AccountsDependencies,
  { identifier, clientAddress }: ForgotPasswordInput,
): Promise<{ message: string }> {
  if (await isWithinLimit(dependencies, recoveryAskingLimit, addressKey(clientAddress))) {
    await keepRecoveryRequest(dependencies, identifier);
  }
  return { message: forgotPasswordAnswer };
}

/** The one answer, whoever asks for whom. */
export const forgotPasswordAnswer =
  'If there is a login with this e-mail or phone, a message is on its way to it. It says how to choose a new password.';
