import { benchAccounts } from './accounts.ts';
import { benchBackfill } from './backfill.ts';
import { type BenchSetting, openBenchSetting } from './bench-setting.ts';
import { benchCreating } from './create-customers.ts';
import { benchEmbedded } from './embedded-mongo.ts';
import { benchExport } from './export.ts';
import { benchReading } from './read-customers.ts';
import { machineText } from './report.ts';
import { benchReports } from './reports.ts';

/** Prints ratios and counts; no figure fails it. `npm run bench -- creating` runs one part. */
const parts: Readonly<Record<string, (setting: BenchSetting) => Promise<void>>> = {
  reading: benchReading,
  creating: benchCreating,
  backfill: benchBackfill,
  embedded: benchEmbedded,
  reports: benchReports,
  export: benchExport,
  accounts: benchAccounts,
};
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in parts));
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}.`);
  process.exit(2);
}
console.log(machineText());
const setting = await openBenchSetting();
try {
  for (const [name, bench] of Object.entries(parts)) {
    if (wanted.length === 0 || wanted.includes(name)) await bench(setting);
  }
} finally {
  await setting.close();
}
