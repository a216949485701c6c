/** `j***@e***.com`: enough to recognise an address that one knows, too little to write to it. */
export function maskEmail(email: string | null): string | null {
  if (email === null) return null;
  const [, local, domain, ending] = /^(.)[^@]*@(.).*(\.[^.@]+)$/u.exec(email.trim()) ?? [];
  return local === undefined ? '***' : `${local}***@${domain}***${ending}`;
}

/** `******3211`: the last four digits, of a number that has more than that. */
export function maskPhone(phone: string | null): string | null {
  if (phone === null) return null;
  const digits = phone.replace(/\D/g, '');
  return digits.length > 6 ? `******${digits.slice(-4)}` : '******';
}

export function maskText(text: string | null): string | null {
  return text === null ? null : '***';
}
