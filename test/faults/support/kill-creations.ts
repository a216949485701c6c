import { performance } from 'node:perf_hooks';
import type { Document } from 'mongodb';
import type { Database } from '../../../src/database/collections.ts';
import { graphqlClient } from '../../support/graphql-client.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { createPerson } from './create-person.ts';
import type { GatewayProcess } from './gateway-process.ts';
import { type NewPerson, newPerson } from './new-person.ts';

/** How far a call had come when its gateway was killed. */
export type Moment =
  /** Nothing of it had been written. */
  | 'before'
  /** Its transaction was open, and its commit not sent. */
  | 'inside'
  /** Its commit was sent, and not answered. */
  | 'committing'
  /** Its commit was answered, the call not. */
  | 'after'
  /** The call was answered. */
  | 'answered';

export interface KillReport {
  /** For each kill, how far the calls for new people had come. */
  readonly kills: readonly (readonly Moment[])[];
  readonly people: readonly NewPerson[];
  /** What broke a promise while it ran: an answer with other ids, a refusal. */
  readonly complaints: readonly string[];
  /** Time from sending the calls of an undisturbed round to the last answer. */
  readonly undisturbedMs: number;
}

export interface KillOptions {
  readonly rounds: number;
  /** New people of each round. */
  readonly perRound: number;
  readonly seed: number;
  readonly adminToken: string;
  /** Beside the gateways. */
  readonly database: Database;
  /** The first gateway, and a function that starts further ones. */
  readonly first: GatewayProcess;
  readonly next: () => Promise<GatewayProcess>;
}

/**
 * Calls `createCustomer` for several people at once and kills the gateway somewhere in it; calls again with the same keys
 * on the next gateway, for more people besides, and kills that, too; and so on. The last one is left alone, and answers
 * every call that is still open.
 */
export async function killCreations(options: KillOptions): Promise<KillReport> {
  const { rounds, perRound, seed, next, database } = options;
  const random = seededRandom(seed);
  const people: NewPerson[] = [];
  const kills: Moment[][] = [];
  const complaints: string[] = [];
  const answers = new Map<NewPerson, string>();
  const hire = () => {
    const fresh = Array.from({ length: perRound }, (_, place) =>
      newPerson(people.length + place + 1, random),
    );
    people.push(...fresh);
    return fresh;
  };
  const send = async (gateway: GatewayProcess, person: NewPerson): Promise<boolean> => {
    const admin = graphqlClient(gateway.url, options.adminToken);
    // Whatever was under way when the gateway died has no answer.
    const answer = await createPerson(admin, person).catch(() => null);
    if (answer === null) return false;
    const { ids, text } = answer;
    const earlier = answers.get(person);
    if (ids === null) complaints.push(`${person.name}: ${text}`);
    else if (earlier !== undefined && earlier !== ids)
      complaints.push(`${person.name}: ${earlier} at first, ${ids} then`);
    else answers.set(person, ids);
    return ids !== null;
  };

  let gateway = options.first;
  const undisturbed = watch(gateway, hire());
  const begun = performance.now();
  await Promise.all(undisturbed.people.map((person) => send(gateway, person)));
  const undisturbedMs = performance.now() - begun;
  const steps = undisturbed.steps();

  // Some of them starting at any time, so that the next one is there when it is needed.
  const starting = Array.from({ length: Math.min(ahead, rounds) }, next);
  let previous: NewPerson[] = [];
  const left = new Set<NewPerson>();
  for (let round = 0; round < rounds; round += 1) {
    const fresh = hire();
    const watched = watch(gateway, fresh);
    const kill = () => {
      watched.freeze();
      gateway.kill();
    };
    // Half of them at any moment, the others when one of the commands of the transactions passes, or its answer.
    const step = 1 + random.below(steps);
    const afterMs = random.next() * undisturbedMs;
    const timer = round % 2 === 0 ? setTimeout(kill, afterMs) : watched.atStep(step, kill);
    const calls = [...fresh, ...previous].map(async (person) => {
      if (await send(gateway, person)) watched.answered.add(person);
    });
    for (const person of fresh) left.add(person);
    // Nothing was slow enough to be caught: it is killed once it has answered.
    void Promise.all(calls).then(kill);
    await gateway.dead;
    await Promise.all(calls);
    clearTimeout(timer);
    kills.push(watched.moments());
    await forgetOpenTransactions(database, gateway.proxy.openSessions());
    // Also those that were answered are asked for once more, of a gateway that knows them from the database only.
    for (const person of previous) if (watched.answered.has(person)) left.delete(person);
    previous = fresh;
    if (round + starting.length < rounds) starting.push(next());
    gateway = (await starting.shift()) ?? gateway;
  }
  const waiting = [...left];
  while (waiting.length > 0) {
    await Promise.all(waiting.splice(0, 4).map((person) => send(gateway, person)));
  }
  const unnamed = people.filter((person) => !answers.has(person));
  complaints.push(...unnamed.map(({ name }) => `${name}: never answered`));
  return { kills, people, complaints, undisturbedMs };
}

/** Sees by the commands of transactions how far the calls for these people have come. */
function watch(gateway: GatewayProcess, people: readonly NewPerson[]) {
  const progress = new Map<NewPerson, Moment>(people.map((person) => [person, 'before']));
  const persons = new Map<string, NewPerson>();
  const answered = new Set<NewPerson>();
  let frozen: Moment[] | undefined;
  let steps = 0;
  let at = { step: Number.POSITIVE_INFINITY, run: () => {} };
  gateway.proxy.onMessage = ({ direction, command, transaction, startsTransaction, holds }) => {
    // The first command of each touches the claim of the phone.
    const meant = startsTransaction ? people.find(({ phoneE164 }) => holds(phoneE164)) : undefined;
    if (meant !== undefined) persons.set(transaction, meant);
    const person = persons.get(transaction);
    if (person === undefined) return undefined;
    progress.set(person, momentOf(command, direction));
    steps += 1;
    if (steps === at.step) at.run();
    return undefined;
  };
  return {
    people,
    answered,
    steps: () => steps,
    atStep(step: number, run: () => void): undefined {
      at = { step, run };
    },
    /** What comes later was sent before it died, or is never sent. */
    freeze() {
      frozen ??= people.map((person) =>
        answered.has(person) ? 'answered' : (progress.get(person) ?? 'before'),
      );
    },
    moments: () => frozen ?? [],
  };
}

const ahead = 3;

function momentOf(command: string, direction: 'request' | 'answer'): Moment {
  if (command === 'abortTransaction') return 'before';
  if (command !== 'commitTransaction') return 'inside';
  return direction === 'request' ? 'committing' : 'after';
}

/**
 * A database keeps the transaction of a process that has died for its `transactionLifetimeLimitSeconds`, and whoever
 * writes the same is put off until then. Here that minute is over at once.
 */
async function forgetOpenTransactions({ client }: Database, sessions: readonly Document[]): Promise<void> {
  if (sessions.length > 0) await client.db('admin').command({ killSessions: sessions });
}
