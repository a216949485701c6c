/** How many tests of each folder have to pass. */
export const floors: Readonly<Record<string, number>> = {
  crud: 270,
  transactions: 160,
  'transactions-convenient-api': 29,
};
