/** Addresses of this domain stand for "no address": the older application invents `phone@delivery.local`. */
export const placeholderDomain = 'delivery.local';

/**
 * The form in which two spellings of one address are equal: trimmed, lower case. Null for text that is no address and
 * for placeholders, to which nothing can be sent.
 */
export function canonicalEmail(typed: string | null | undefined): string | null {
  const address = typed?.trim().toLowerCase() ?? '';
  if (!addressForm.test(address) || address.length > maxAddressLength) return null;
  return isPlaceholderEmail(address) ? null : address;
}

/** Whether an address belongs to the placeholder domain, in any case and with any white space around it. */
export function isPlaceholderEmail(typed: string): boolean {
  return typed.trim().toLowerCase().endsWith(`@${placeholderDomain}`);
}

/**
 * Whether mail can be addressed to it, asked of what is typed; what is stored is taken as it is. Dots stand between parts,
 * and the domain has two labels at least, none beginning or ending with a hyphen (RFC 5321, RFC 5891).
 *
 * @param email In canonical form.
 */
export function isWellFormedEmail(email: string): boolean {
  const [mailbox = '', domain = ''] = email.split('@');
  return (
    mailbox.length <= maxMailboxLength &&
    mailbox.split('.').every((part) => part !== '') &&
    domain.includes('.') &&
    domain.split('.').every((label) => labelForm.test(label)) &&
    !/[\p{C}]/u.test(email)
  );
}

const maxMailboxLength = 64;
const labelForm = /^(?!-)[\p{L}\p{N}\p{M}-]{1,63}(?<!-)$/u;

/** RFC 5321 limits a path to 256 octets, its brackets included. */
const maxAddressLength = 254;
const addressForm = /^[^\s@<>(),;:"[\]\\]+@[^\s@<>(),;:"[\]\\]+$/u;
