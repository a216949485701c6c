import { it } from 'vitest';
import { expectKilledBackfillToEndWell } from './support/expect-killed-backfill-to-end-well.ts';

it('a backfill that is killed 50 times ends as one that nobody disturbs, while the older application writes', () =>
  expectKilledBackfillToEndWell({ kills: 50, records: 12_000 }));
