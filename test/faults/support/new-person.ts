import type { SeededRandom } from '../../support/seeded-random.ts';

/** Somebody whom no other person of a run has anything in common with. */
export interface NewPerson {
  readonly name: string;
  readonly phone: string;
  readonly phoneE164: string;
  /** Null for one in three. */
  readonly email: string | null;
  /** The idempotency key of the call that creates them. */
  readonly key: string;
}

/** @param number Counts from 1; at most 99,999. */
export function newPerson(number: number, random: SeededRandom): NewPerson {
  const phone = `98${random.below(900) + 100}${String(number).padStart(5, '0')}`;
  return {
    name: `Person ${number}`,
    phone,
    phoneE164: `+91${phone}`,
    email: random.chance(1 / 3) ? null : `person.${number}@example.com`,
    key: `key-${number}-${random.hex(8)}`,
  };
}
