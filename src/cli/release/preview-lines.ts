import type { CountedPreview } from '../../backfill/release-preview.ts';
import { count } from '../import/progress-bar.ts';

/** What people read before they decide. */
export function previewLines({ preview, receivers }: CountedPreview, smsPrice: number): string[] {
  const { byEmail, bySms, unreachable, inactive, estimatedSmsCost } = preview;
  const cost = smsPrice > 0 ? `, which cost ${estimatedSmsCost} at ${smsPrice} each` : '';
  return [
    `${logins(receivers)} would get credentials: ${count(byEmail)} e-mails, ${count(bySms)} SMS${cost}.`,
    `${count(unreachable)} cannot be reached, ${count(inactive)} are inactive: these get none.`,
  ];
}

export function logins(number: number): string {
  return `${count(number)} ${number === 1 ? 'login' : 'logins'}`;
}
