import { isDeepStrictEqual } from 'node:util';
import type { Document } from 'mongodb';
import type { Requirement } from './format.ts';

/** What the server under test is. */
export interface Deployment {
  version: string;
  topology: string;
  parameters: Document;
}

/** Why none of the requirements holds, or undefined when one does (or there are none). */
export function unmetRequirement(
  requirements: readonly Requirement[] | undefined,
  deployment: Deployment,
): string | undefined {
  if (requirements === undefined || requirements.length === 0) return undefined;
  const reasons = requirements.map((requirement) => unmet(requirement, deployment));
  return reasons.includes(undefined) ? undefined : [...new Set(reasons)].join(' or ');
}

function unmet(requirement: Requirement, { version, topology, parameters }: Deployment): string | undefined {
  if (requirement.topologies !== undefined && !requirement.topologies.includes(topology)) {
    return `needs the topology ${requirement.topologies.join(' or ')}`;
  }
  const { minServerVersion: least, maxServerVersion: most } = requirement;
  if (least !== undefined && compareVersions(version, least) < 0) return `needs MongoDB ${least} or later`;
  if (most !== undefined && compareVersions(version, most) > 0) return `needs MongoDB ${most} or earlier`;
  for (const [name, value] of Object.entries(requirement.serverParameters ?? {})) {
    if (!isDeepStrictEqual(parameters[name], value)) return `needs the server parameter ${name}`;
  }
  if (requirement.auth === true) return 'needs authentication';
  if (requirement.csfle !== undefined && requirement.csfle !== false) return 'needs client-side encryption';
  if (requirement.serverless === 'require') return 'needs serverless';
  return undefined;
}

/** Compares versions of up to three numbers; those not written are 0. */
function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  for (let part = 0; part < 3; part += 1) {
    const difference = (left?.[part] ?? 0) - (right?.[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
