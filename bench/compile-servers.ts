import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export interface CompiledServers {
  /** Compiled modules by the name of their source, without its ending. */
  path(name: (typeof sources)[number]): string;
  remove(): void;
}

const sources = ['gateway-server', 'hand-written-server', 'mongo-server', 'serve-benchmark'] as const;

/**
 * Compiles the servers of the benchmark into a folder of their own inside `dist`, so that both run as plain JavaScript
 * under plain Node, with no loader and no source maps, on the compiled gateway.
 */
export function compileServers(): CompiledServers {
  const here = fileURLToPath(new URL('.', import.meta.url));
  const folder = mkdtempSync(join(here, '../dist/bench-'));
  for (const name of sources) {
    const { outputText } = ts.transpileModule(readFileSync(join(here, `${name}.ts`), 'utf8'), {
      compilerOptions: {
        target: ts.ScriptTarget.ES2023,
        module: ts.ModuleKind.ESNext,
        verbatimModuleSyntax: true,
        rewriteRelativeImportExtensions: true,
      },
    });
    writeFileSync(join(folder, `${name}.js`), outputText);
  }
  return {
    path: (name) => join(folder, `${basename(name)}.js`),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
