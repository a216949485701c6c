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

/** RFC 5321 limits a path to 256 octets, its brackets included. */
const maxAddressLength = 254;
const addressForm = /^[^\s@<>(),;:"[\]\\]+@[^\s@<>(),;:"[\]\\]+$/u;
