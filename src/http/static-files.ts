import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** One file of a build. */
export interface StaticFile {
  /** For the `content-type` header, with a charset for text. */
  contentType: string;
  /** True when a hash of the content is part of the name, so that the file can be cached for ever. */
  isHashed: boolean;
  /** The content, read from disk each time. */
  read(): Promise<Buffer>;
  /** Computed once: a weak entity tag, and the gzipped content, null for what does not shrink. */
  variants(): Promise<{ etag: string; gzip: Buffer | null }>;
}

export interface StaticFiles {
  /** The file of this name (relative, with `/`), as a URL spells it; undefined when the build has none such. */
  find(name: string): Promise<StaticFile | undefined>;
}

/**
 * The files below a build's folder, which holds an `index.html`. A name is looked up among those that were
 * listed on disk, never joined to a path, so nothing outside the folder can be named; symbolic links are left
 * out. A new build (a newer `index.html`) is noticed; without a build there are no files.
 */
export function createStaticFiles(directory: string): StaticFiles {
  let listing = new Map<string, StaticFile>();
  let listedAtMs: number | undefined;

  return {
    async find(name) {
      const builtAtMs = await stat(join(directory, 'index.html')).then(
        (status) => status.mtimeMs,
        () => undefined,
      );
      if (builtAtMs === undefined) return undefined;
      if (listedAtMs !== builtAtMs) {
        listing = await list(directory);
        listedAtMs = builtAtMs;
      }
      return listing.get(decode(name));
    },
  };
}

const gzipped = promisify(gzip);

const CONTENT_TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.md': 'text/plain; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.ttf': 'font/ttf',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
};

/** How Vite names what it bundles: `assets/name-` and eight characters of a hash. */
const HASHED_NAME = /^assets\/.+-[\w-]{8}\.\w+$/;

async function list(directory: string): Promise<Map<string, StaticFile>> {
  const files = new Map<string, StaticFile>();
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = relative(directory, path).split(sep).join('/');
    files.set(name, describe(path, name));
  }
  return files;
}

function describe(path: string, name: string): StaticFile {
  const contentType = CONTENT_TYPES[extname(name)] ?? 'application/octet-stream';
  let variants: Awaited<ReturnType<StaticFile['variants']>> | undefined;
  const compute = async () => {
    const content = await readFile(path);
    const etag = `W/"${createHash('sha256').update(content).digest('base64url').slice(0, 27)}"`;
    const smaller =
      contentType.includes('charset') || contentType === 'font/ttf' ? await gzipped(content) : null;
    return { etag, gzip: smaller !== null && smaller.length < content.length ? smaller : null };
  };
  return {
    contentType,
    isHashed: HASHED_NAME.test(name),
    read: () => readFile(path),
    variants: async () => {
      variants ??= await compute();
      return variants;
    },
  };
}

/** Undoes percent-encoding; a malformed name stays as it is, and matches no file. */
function decode(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
