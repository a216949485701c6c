import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { facetsIndexKey } from '../../src/database/wanted-indexes.ts';
import { createRecentFigures, maxAgeMs } from '../../src/reports/recent-figures.ts';
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';

describe('recent figures', () => {
  let test: TestDatabase;
  let commands = 0;
  const clock = { ms: Date.parse('2026-03-01T10:00:00.000Z') };
  beforeAll(async () => {
    test = await openTestDatabase({ monitorCommands: true });
    test.client.on('commandStarted', ({ commandName, command }) => {
      if (commandName === 'aggregate' && command.aggregate === 'customer_index') commands += 1;
    });
  });
  afterAll(() => test.close());

  const open = () => createRecentFigures({ database: test.database, now: () => new Date(clock.ms) });
  const counted = async (work: () => Promise<unknown>) => {
    const before = commands;
    await work();
    return commands - before;
  };

  it('are counted once for all who ask at once, by three commands', async () => {
    const figures = open();
    expect(await counted(() => Promise.all(Array.from({ length: 20 }, () => figures.read())))).toBe(3);
  });

  it('are kept for five seconds, and say of when they are', async () => {
    const figures = open();
    const { asOf } = await figures.read();
    expect(asOf.getTime()).toBe(clock.ms);
    clock.ms += maxAgeMs - 1;
    expect(await counted(() => figures.read())).toBe(0);
    expect((await figures.read()).asOf).toEqual(asOf);
    clock.ms += 1;
    expect(await counted(() => figures.read())).toBe(3);
    expect((await figures.read()).asOf.getTime()).toBe(clock.ms);
  });

  it('are counted anew when the clock was set back', async () => {
    const figures = open();
    await figures.read();
    clock.ms -= 60_000;
    expect((await figures.read()).asOf.getTime()).toBe(clock.ms);
  });

  it('are counted anew after a count that failed', async () => {
    const figures = open();
    const { customerIndex } = test.database;
    await customerIndex.dropIndex('facets_createdAtKey');
    await expect(figures.read()).rejects.toThrow('hint');
    await customerIndex.createIndex(facetsIndexKey, { name: 'facets_createdAtKey' });
    expect((await figures.read()).totalUniqueCustomers).toBe(0);
  });
});
