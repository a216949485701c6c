import { expect, it } from 'vitest';
import { type LoginRecord, toDeliveryRecord, toLoginRecord } from '../../src/database/stored-documents.ts';
import { obstaclesBetween } from '../../src/linking/obstacles.ts';

/** How often an id is looked at to say what is in the way of linking a record that so many claim. */
function looksFor(claimants: number): number {
  let looks = 0;
  const counted = (login: LoginRecord): LoginRecord => ({
    ...login,
    get id() {
      looks += 1;
      return login.id;
    },
  });
  const logins = Array.from({ length: claimants }, (_, at) =>
    counted(toLoginRecord({ _id: `U${at}`, id: `U${at}`, role: 'customer', customer_v2_id: 'D1' })),
  );
  const free = toLoginRecord({ _id: 'free', id: 'free', role: 'customer' });
  const delivery = toDeliveryRecord({ _id: 'D1', id: 'D1' });
  const obstacles = obstaclesBetween(free, delivery, {
    logins: [...logins, free],
    deliveries: [delivery],
  });
  expect(obstacles[0]).toContain('U0');
  expect(obstacles.length).toBeGreaterThanOrEqual(10);
  return looks;
}

it('of a record that thousands claim the first claimants are named, at the cost of each but a few looks', () => {
  expect(looksFor(2_000)).toBeLessThan(100 * 2_000);
});
