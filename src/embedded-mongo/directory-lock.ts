import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Who serves a data directory, and where. */
export interface LockHolder {
  pid: number;
  /** Tells this process from a later one of the same number, where the system says when a process began. */
  begunAt: string;
  token: string;
  /** Known once it listens. */
  uri: string | undefined;
  port: number | undefined;
}

/** A directory's lock, held by this process. */
export interface DirectoryLock {
  /** Tells others where the server listens. */
  announce(uri: string, port: number | undefined): void;
  release(): void;
}

/**
 * Takes the lock of a data directory, or answers with who holds it. A lock left by a process that is gone is taken
 * over. Works among the processes of one machine.
 */
export function tryLock(directory: string): DirectoryLock | LockHolder | 'unreadable' {
  const path = join(directory, 'server.lock');
  const own: LockHolder = {
    pid: process.pid,
    begunAt: beginningOf(process.pid),
    token: randomUUID(),
    uri: undefined,
    port: undefined,
  };
  if (createExclusively(path, own)) return held(path, own);
  const text = readOrUndefined(path);
  if (text === undefined) return createExclusively(path, own) ? held(path, own) : 'unreadable';
  const holder = parseHolder(text);
  if (holder === undefined) return 'unreadable';
  if (isAlive(holder)) return holder;
  removeStale(path, text);
  return createExclusively(path, own) ? held(path, own) : 'unreadable';
}

export function isLock(outcome: DirectoryLock | LockHolder | 'unreadable'): outcome is DirectoryLock {
  return typeof outcome === 'object' && 'release' in outcome;
}

/** Removes a lock that nobody can read: its writer died while writing. */
export function removeUnreadable(directory: string): void {
  const path = join(directory, 'server.lock');
  const text = readOrUndefined(path);
  if (text !== undefined && parseHolder(text) === undefined) removeStale(path, text);
}

function held(path: string, own: LockHolder): DirectoryLock {
  return {
    announce: (uri, port) => {
      const temporary = `${path}.${own.token}`;
      writeFileSync(temporary, JSON.stringify({ ...own, uri, port }), { mode: 0o600 });
      renameSync(temporary, path);
    },
    release: () => {
      const text = readOrUndefined(path);
      if (text !== undefined && parseHolder(text)?.token === own.token) unlinkSync(path);
    },
  };
}

function createExclusively(path: string, own: LockHolder): boolean {
  try {
    writeFileSync(path, JSON.stringify(own), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Renaming is what only one process can do; one that got hold of a newer lock than it read puts it back. */
function removeStale(path: string, expected: string): void {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  if (readOrUndefined(aside) !== expected) {
    try {
      linkSync(aside, path);
    } catch {
      // Somebody else holds the lock by now.
    }
  }
  unlinkSync(aside);
}

function parseHolder(text: string): LockHolder | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'pid' in value ? (value as LockHolder) : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(holder: LockHolder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false;
  }
  const begunAt = beginningOf(holder.pid);
  return begunAt === '' || holder.begunAt === '' || begunAt === holder.begunAt;
}

/** The kernel's start time of a process, where there is a /proc; empty elsewhere. */
function beginningOf(pid: number): string {
  const stat = readOrUndefined(`/proc/${pid}/stat`);
  if (stat === undefined) return '';
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function readOrUndefined(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
