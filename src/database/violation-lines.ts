import type { LinkViolation } from './unique-links.ts';

/** Shared links for people, one a line: who claims what; of many only the first, and how many more there are. */
export function violationLines(violations: readonly LinkViolation[]): string[] {
  return violations.flatMap(({ collection, field, shared, links }) => {
    const name = `${collection}.${field}`;
    const lines = links.map(({ claimedId, claimantCount, claimants }) => {
      const more = claimantCount - claimants.length;
      const others = more > 0 ? ` and ${more} more` : '';
      return `${name} = ${claimedId} is claimed by ${claimantCount}: ${claimants.join(', ')}${others}`;
    });
    const more = shared - links.length;
    return more > 0 ? [...lines, `${name}: ${more} more are claimed by several`] : lines;
  });
}
