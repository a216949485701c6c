import { DateTime } from 'luxon';
import { expect } from 'vitest';
import type { ExpectedWorld } from '../../customers/support/expected-customers.ts';
import type { GraphqlClient } from '../../support/graphql-client.ts';
import { oracleDashboard } from '../../support/oracle-dashboard.ts';
import { oracleFigures } from '../../support/oracle-figures.ts';

export const dashboardQuery = `query ($first: Int, $months: Int) {
  dashboard {
    legacyCustomers v2Customers linkedCustomers totalUniqueCustomers activeCustomers unassignedCustomers systemsInUse
    byStatus { status count }
    byArea(first: $first) { area count active }
    growth(months: $months) { month added total changePercent }
    asOf
  }
}`;

/** Every figure of the dashboard against what the oracle makes of the stored documents. */
export async function expectDashboardToAgree(
  client: GraphqlClient,
  world: ExpectedWorld,
  zone = 'UTC',
): Promise<void> {
  const { data, errors } = await client(dashboardQuery, { first: 200, months: 120 });
  expect(errors).toEqual([]);
  const { asOf, ...figures } = data.dashboard;
  const counted = oracleFigures(world.customers, world.users, world.customersV2);
  const { byStatus, byArea, growth } = oracleDashboard(world.customers, {
    now: new Date(asOf),
    zone,
    months: 120,
  });
  expect(figures).toEqual({
    legacyCustomers: counted.legacyCustomers,
    v2Customers: counted.v2Customers,
    linkedCustomers: counted.linkedCustomers,
    totalUniqueCustomers: counted.totalUniqueCustomers,
    activeCustomers: counted.activeCustomers,
    unassignedCustomers: counted.unassignedCustomers,
    systemsInUse: ['USERS', 'CUSTOMERS_V2'],
    byStatus,
    byArea: byArea.slice(0, 200),
    growth,
  });
}

/** The filter that lists who was added in a month, as the description says. */
export function monthFilter(month: string, zone: string) {
  const start = DateTime.fromFormat(month, 'yyyy-MM', { zone });
  return {
    createdAfter: start.minus({ milliseconds: 1 }).toUTC().toISO(),
    createdBefore: start.plus({ months: 1 }).toUTC().toISO(),
  };
}
