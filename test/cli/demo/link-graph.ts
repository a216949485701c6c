import { type Document, ObjectId } from 'mongodb';
import type { DemoData } from '../../../src/cli/demo/generate-demo-data.ts';

/** domain.md's link states. */
export type LinkState = 'LINKED' | 'HALF_LINKED' | 'ORPHANED_USER' | 'ORPHANED_V2' | 'DANGLING' | 'CONFLICT';

/** One customer: one or both halves, and the state of the link between them. */
export type Judged = { state: LinkState; login?: Document; record?: Document };

type Node = {
  document: Document;
  kind: 'U' | 'A' | 'D';
  link: unknown;
  /** Missing or shared ids name nobody. */
  id: string | null;
  claims: Node[];
  claimedBy: Node[];
};

/** A second, plain reading of domain.md's rules, so that the data is not judged by what made it. */
export function judgeLinks(data: Pick<DemoData, 'users' | 'customersV2'>): Judged[] {
  const nodes = linkGraph(data);
  const joined = new Map<Node, Judged>();
  const judged: Judged[] = [];
  for (const record of nodes.filter((node) => node.kind === 'D' && node.id !== null)) {
    const near = [...record.claims, ...record.claimedBy].filter((node) => node.kind === 'U');
    const mutual = near.find((node) => record.claims.includes(node) && node.claims.includes(record));
    const half = near.find(
      (node) =>
        record.claims.length + record.claimedBy.length === 1 &&
        node.claims.length + node.claimedBy.length === 1 &&
        isEmpty(record.claims.length === 0 ? record.link : node.link),
    );
    const login = mutual ?? half;
    if (!login) continue;
    const pair: Judged = {
      state: mutual ? 'LINKED' : 'HALF_LINKED',
      login: login.document,
      record: record.document,
    };
    joined.set(login, pair).set(record, pair);
    judged.push(pair);
  }
  for (const node of nodes) {
    if (joined.has(node) || node.kind === 'A') continue;
    const state = aloneState(node);
    judged.push(node.kind === 'D' ? { state, record: node.document } : { state, login: node.document });
  }
  return judged;
}

/**
 * The documents that hang together by claims, under a signature of their shape: each member as
 * `kind(what its link holds; who claims it)`, `=` after a claim that is returned, sorted.
 */
export function linkShapes(data: Pick<DemoData, 'users' | 'customersV2'>): Map<string, Document[][]> {
  const shapes = new Map<string, Document[][]>();
  const seen = new Set<Node>();
  for (const start of linkGraph(data)) {
    const members: Node[] = [];
    const queue = [start];
    for (let node = queue.pop(); node; node = queue.pop()) {
      if (seen.has(node)) continue;
      seen.add(node);
      members.push(node);
      queue.push(...node.claims, ...node.claimedBy);
    }
    if (members.length === 0) continue;
    const shape = members.map(signature).sort().join(' ');
    shapes.set(shape, [...(shapes.get(shape) ?? []), members.map((node) => node.document)]);
  }
  return shapes;
}

function linkGraph({ users, customersV2 }: Pick<DemoData, 'users' | 'customersV2'>): Node[] {
  const logins = users.map((user) =>
    makeNode(user, user.role === 'customer' ? 'U' : 'A', user.customer_v2_id),
  );
  const records = customersV2.map((record) => makeNode(record, 'D', record.user_id));
  for (const side of [logins, records]) {
    for (const node of side) {
      if (side.filter((other) => other.document.id === node.document.id).length > 1) node.id = null;
    }
  }
  for (const [side, others] of [
    [logins, records],
    [records, logins],
  ] as const) {
    for (const node of side) {
      const target = others.find((other) => other.id !== null && other.id === node.link);
      if (!target) continue;
      node.claims.push(target);
      target.claimedBy.push(node);
    }
  }
  // Whoever claims a shared id is in conflict as well: mark the link as naming a shared id.
  for (const [side, others] of [
    [logins, records],
    [records, logins],
  ] as const) {
    for (const node of side) {
      if (typeof node.link !== 'string' || node.link === '' || node.claims.length > 0) continue;
      if (others.some((other) => other.document.id === node.link)) node.link = SHARED;
    }
  }
  return [...logins, ...records];
}

const SHARED = { shared: true };

function makeNode(document: Document, kind: Node['kind'], link: unknown): Node {
  const id = typeof document.id === 'string' && document.id !== '' ? document.id : null;
  return { document, kind, link, id, claims: [], claimedBy: [] };
}

function aloneState(node: Node): LinkState {
  if (node.id === null || node.claimedBy.length > 0) return 'CONFLICT';
  if (isEmpty(node.link)) return node.kind === 'D' ? 'ORPHANED_V2' : 'ORPHANED_USER';
  return typeof node.link === 'string' && node.claims.length === 0 ? 'DANGLING' : 'CONFLICT';
}

function isEmpty(link: unknown): boolean {
  return link === undefined || link === null || link === '';
}

function signature(node: Node): string {
  const target = node.claims[0];
  const claim = target
    ? `${target.kind}${target.claims.includes(node) ? '=' : ''}`
    : isEmpty(node.link)
      ? '-'
      : node.link === SHARED
        ? 'shared'
        : node.link instanceof ObjectId
          ? 'oid'
          : typeof node.link === 'string'
            ? '✗'
            : 'num';
  const claimants = node.claimedBy.map((by) => `${by.kind}${node.claims.includes(by) ? '=' : ''}`).sort();
  return `${node.kind}${node.id === null ? '?' : ''}(${claim};${claimants.join(',')})`;
}
