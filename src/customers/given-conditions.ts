import type { CustomerFilter } from './customer-filter.ts';

/** The conditions of a filter that say something: neither null nor a search for nothing. */
export function givenConditions(filter: CustomerFilter | null): CustomerFilter {
  const given = Object.entries(filter ?? {}).map(([name, value]) => [
    name,
    name === 'search' && typeof value === 'string' ? value.trim() || null : value,
  ]);
  return Object.fromEntries(given.filter(([, value]) => value != null)) as CustomerFilter;
}
