import type { KnownCount } from '../customers/count-rows.ts';
import type { CustomerFilter } from '../customers/customer-filter.ts';
import { givenConditions } from '../customers/given-conditions.ts';
import type { FacetGroup, Figures } from './figures.ts';
import type { RecentFigures } from './recent-figures.ts';

/**
 * How long the list of a filter is, from what the reports have counted: of every filter that asks for nothing but link state,
 * status, login, delivery record and missing e-mail, in any combination, and of those behind a figure. So a list and the
 * figure that names it say the same, however long the list is.
 */
export function knownCount(figures: RecentFigures): KnownCount {
  return async (filter) => {
    const given = givenConditions(filter);
    return isCounted(Object.keys(given)) ? countOf(await figures.read(), given) : null;
  };
}

const facets = new Set(['linkState', 'status', 'isActive', 'hasLogin', 'hasDeliveryRecord', 'missingEmail']);

function isCounted(given: readonly string[]): boolean {
  const [only] = given;
  if (given.every((field) => facets.has(field))) return true;
  if (given.length === 1) return only === 'canLogin' || only === 'hasDeliveryBoy';
  return given.length === 2 && given.includes('hasDeliveryBoy') && given.includes('hasDeliveryRecord');
}

function countOf(figures: Figures, filter: CustomerFilter): number {
  if (filter.canLogin != null)
    return filter.canLogin ? figures.canLogin : figures.totalUniqueCustomers - figures.canLogin;
  if (filter.hasDeliveryBoy != null) {
    const assigned = figures.v2Customers - figures.unassignedCustomers;
    if (filter.hasDeliveryRecord == null)
      return filter.hasDeliveryBoy ? assigned : figures.totalUniqueCustomers - assigned;
    // Only delivery records have a delivery boy.
    if (filter.hasDeliveryBoy) return filter.hasDeliveryRecord ? assigned : 0;
    return filter.hasDeliveryRecord
      ? figures.unassignedCustomers
      : figures.totalUniqueCustomers - figures.v2Customers;
  }
  return figures.groups.filter((group) => isOf(group, filter)).reduce((total, { count }) => total + count, 0);
}

function isOf(group: FacetGroup, filter: CustomerFilter): boolean {
  const isJoined = group.linkState === 'LINKED' || group.linkState === 'HALF_LINKED';
  return (
    (filter.linkState?.includes(group.linkState) ?? true) &&
    (filter.status?.includes(group.status) ?? true) &&
    (filter.isActive ?? group.status === 'ACTIVE') === (group.status === 'ACTIVE') &&
    (filter.hasLogin ?? group.hasLogin) === group.hasLogin &&
    (filter.missingEmail ?? group.missingEmail) === group.missingEmail &&
    (filter.hasDeliveryRecord ?? (isJoined || !group.hasLogin)) === (isJoined || !group.hasLogin)
  );
}
