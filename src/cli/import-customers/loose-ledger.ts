import { addResults, type Ledger, noRows } from './ledger.ts';
import { type OutputFiles, outputOf } from './output-files.ts';
import { settleRows } from './settle-rows.ts';

/** Keeps nothing in the database: for a dry run, and for what can be read only once. */
export function createLooseLedger({ report, rejected }: OutputFiles, dryRun: boolean): Ledger {
  let counts = noRows;
  return {
    get counts() {
      return counts;
    },
    keyOf: () => null,
    async settle(batch, create) {
      const results = settleRows(batch, await create(), dryRun);
      const output = outputOf(batch, results);
      for (const [file, text] of [
        [report, output.report],
        [rejected, output.rejected],
      ] as const) {
        await file?.write(text);
        file?.keep(file.after(text));
      }
      counts = addResults(counts, results);
      return results;
    },
    async pause() {},
    async close() {
      return {
        report: (await report?.close({ removeIfEmpty: false })) ?? null,
        rejected: (await rejected?.close({ removeIfEmpty: true })) ?? null,
      };
    },
  };
}
