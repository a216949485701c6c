import { it } from 'vitest';
import { expectMigrationToAgree } from './support/expect-migration-to-agree.ts';

/** `SCALE` is another number of records, `FAULT_SEED` other ones. */
it('the migration of a million messy records is what the rules make of them, record for record', () =>
  expectMigrationToAgree(Number(process.env.SCALE ?? 1_000_000), Number(process.env.FAULT_SEED ?? 1)));
