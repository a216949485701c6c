/**
 * What a provider said, fit to be kept: one line of at most 200 characters, without the secrets that it may repeat, in
 * any of the forms in which it may have met them.
 */
export function redact(said: string, secrets: readonly string[]): string {
  const forms = secrets
    .filter((secret) => secret !== '')
    .flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64'),
      Buffer.from(secret).toString('base64url'),
    ]);
  const line = said.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
  const redacted = forms.reduce((text, form) => text.replaceAll(new RegExp(escaped(form), 'gi'), '…'), line);
  return [...redacted].slice(0, 200).join('');
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
