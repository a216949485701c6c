import { deliverable } from '../customer-index/customer-values.ts';
import type { LoginRecord } from '../database/stored-documents.ts';
import { toGsm7 } from '../notifications/gsm7.ts';
import type { RecoveryDestination } from './recovery-destinations.ts';

/**
 * How the logins of one message are told from each other: by name, and where two have the same, or one has none, by what
 * else they are known by. Letters, digits and spaces alone: whoever has registered with somebody's phone has chosen
 * their name, and it must not become an address that can be opened.
 */
export function recoveryLabels({ channel, logins }: RecoveryDestination): string[] {
  const names = logins.map(({ name }) => inLetters(name ?? '', channel));
  return logins.map((login, position) => {
    const name = names[position] ?? '';
    const alone = names.filter((other) => other.toLowerCase() === name.toLowerCase()).length === 1;
    const further = inLetters(furtherName(login, channel), channel);
    if (name !== '' && alone) return name;
    return channel === 'SMS' || name === '' ? further : `${name} ${further}`;
  });
}

/** What somebody who shares a phone or an address has for themself. */
function furtherName(login: LoginRecord, channel: RecoveryDestination['channel']): string {
  const own =
    channel === 'SMS' ? deliverable(login)?.split('@')[0] : login.phone?.replace(/\D/g, '').slice(-4);
  return own === undefined || own === '' ? (login.id ?? login.keyText).slice(0, 8) : own;
}

function inLetters(text: string, channel: RecoveryDestination['channel']): string {
  const letters = [...text.replace(/[^\p{L}\p{M}\p{N}' -]+/gu, ' ')].slice(0, maxLength).join('');
  const shown = channel === 'SMS' ? toGsm7(letters, '') : letters;
  return shown.replace(/\s+/g, ' ').trim();
}

const maxLength = 40;
