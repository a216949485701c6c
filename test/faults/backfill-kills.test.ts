import { it } from 'vitest';
import { expectKilledBackfillToEndWell } from './support/expect-killed-backfill-to-end-well.ts';

it(
  'a backfill that is killed ends as one that nobody disturbs, while the older application writes',
  {
    timeout: 120_000,
  },
  () => expectKilledBackfillToEndWell({ kills: 3, records: 1_000 }),
);
