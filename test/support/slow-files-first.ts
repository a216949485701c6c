import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Starts the files that take longest before all others, so that no worker is left with one of them at the end. Vitest
 * knows how long files took once it has run them on a machine; before that it goes by their size, and these are small.
 */
export class SlowFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const found = slowFiles.findIndex((path) => moduleId.endsWith(path));
      return found === -1 ? slowFiles.length : found;
    };
    return (await super.sort(files)).toSorted((one, other) => place(one) - place(other));
  }
}

/** What waits for processes or for time-outs is mixed with what works. */
const slowFiles = [
  'test/faults/create-customer-kills.test.ts',
  'test/customers/walk.test.ts',
  'test/cli/commands/serve.test.ts',
  'test/faults/backfill-kills.test.ts',
  'test/http/surface.test.ts',
  'test/cli/commands/export.test.ts',
  'test/cli/commands/release-credentials.test.ts',
  'test/backfill/backfill-command.test.ts',
];
