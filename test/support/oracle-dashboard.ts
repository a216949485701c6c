import { DateTime } from 'luxon';
import type { OracleCustomer, OracleStatus } from './oracle.ts';

export interface OracleMonth {
  readonly month: string;
  readonly added: number;
  readonly total: number;
  readonly changePercent: number | null;
}

/** Customers by status, area and month, counted one by one from the oracle's customers. */
export function oracleDashboard(
  customers: readonly OracleCustomer[],
  { now, zone, months }: { readonly now: Date; readonly zone: string; readonly months: number },
) {
  const statuses: OracleStatus[] = ['ACTIVE', 'TRIAL', 'PAUSED', 'INACTIVE', 'OTHER'];
  return {
    byStatus: statuses.map((status) => ({
      status,
      count: customers.filter((customer) => customer.status === status).length,
    })),
    byArea: areasOf(customers),
    growth: growthOf(customers, now, zone, months),
  };
}

function areasOf(customers: readonly OracleCustomer[]) {
  const areas = [...new Set(customers.map(({ area }) => area))].map((area) => {
    const there = customers.filter((customer) => customer.area === area);
    return { area, count: there.length, active: there.filter(({ isActive }) => isActive).length };
  });
  // None sorts before every text.
  const order = (one: string | null, other: string | null) =>
    one === null ? -1 : other === null ? 1 : one < other ? -1 : 1;
  return areas.toSorted((one, other) => other.count - one.count || order(one.area, other.area));
}

function growthOf(
  customers: readonly OracleCustomer[],
  now: Date,
  zone: string,
  months: number,
): OracleMonth[] {
  const monthOf = (iso: string) => DateTime.fromISO(iso, { zone }).toFormat('yyyy-MM');
  const created = customers.map(({ createdAt }) => (createdAt === null ? null : monthOf(createdAt)));
  const addedIn = (month: string) => created.filter((one) => one === month).length;
  return Array.from({ length: months }, (_, index) => {
    const start = DateTime.fromJSDate(now, { zone })
      .startOf('month')
      .minus({ months: months - 1 - index });
    const [month, before] = [start, start.minus({ months: 1 })].map((one) => one.toFormat('yyyy-MM'));
    const [added, addedBefore] = [addedIn(month ?? ''), addedIn(before ?? '')];
    return {
      month: month ?? '',
      added,
      total: created.filter((one) => one === null || one <= (month ?? '')).length,
      changePercent: addedBefore === 0 ? null : ((added - addedBefore) / addedBefore) * 100,
    };
  });
}
