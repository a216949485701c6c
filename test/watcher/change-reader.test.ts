import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChangeStream, type Document, MongoNetworkError, MongoServerError } from 'mongodb';
import { describe, expect, it } from 'vitest';
import type { ChangeEvent } from '../../src/watcher/change-event.ts';
import { ChangeReader, ChangeStreamError } from '../../src/watcher/change-reader.ts';
import { changeEvent, transaction } from './support/change-events.ts';

const never = new AbortController().signal;

/** A stream that answers with these, one after another, and then waits. */
function streamOf(answers: (ChangeEvent | null | Error)[]): ChangeStream<Document, ChangeEvent> {
  const left = [...answers];
  const stream = Object.assign(new EventEmitter(), {
    resumeToken: { _data: 'here' },
    closed: false,
    async tryNext() {
      const answer = left.shift();
      if (answer instanceof Error) throw answer;
      return answer === undefined ? new Promise<null>(() => {}) : answer;
    },
    async close() {},
  });
  return stream as unknown as ChangeStream<Document, ChangeEvent>;
}

const readerOf = (...answers: (ChangeEvent | null | Error)[]) => new ChangeReader(streamOf(answers));
const inserts = (count: number, mark: object = {}) =>
  Array.from({ length: count }, () => changeEvent('users', 'insert', mark));

describe('a batch of changes', () => {
  it('ends when no more come, with the token of its last', async () => {
    const events = inserts(3);
    const reader = readerOf(...events);
    expect(await reader.next(never)).toEqual({ events, token: events[2]?._id });
  });

  it('ends after 500, and the rest is in the next', async () => {
    const events = inserts(700);
    const reader = readerOf(...events);
    expect((await reader.next(never)).events).toEqual(events.slice(0, 500));
    expect((await reader.next(never)).events).toEqual(events.slice(500));
  });

  it('holds whole transactions, however long', async () => {
    const first = inserts(499);
    const long = inserts(800, transaction());
    const next = inserts(2, transaction());
    const reader = readerOf(...first, ...long, ...next);
    expect((await reader.next(never)).events).toEqual([...first, ...long]);
    expect((await reader.next(never)).events).toEqual(next);
  });

  /** A stream whose second event comes after a while. */
  const slowStreamOf = (first: ChangeEvent, second: ChangeEvent, afterMs: number) => {
    const stream = streamOf([first]);
    const tryNext = stream.tryNext.bind(stream);
    let calls = 0;
    stream.tryNext = async () => {
      calls++;
      if (calls !== 2) return tryNext();
      await sleep(afterMs);
      return second;
    };
    return stream;
  };
  const ofTwo = (): [ChangeEvent, ChangeEvent] => {
    const [first, second] = inserts(2, transaction());
    if (first === undefined || second === undefined) throw new Error('Two were asked for.');
    return [first, second];
  };

  it('waits for the rest of a transaction, which the server may give in another answer', async () => {
    const [first, second] = ofTwo();
    const reader = new ChangeReader(slowStreamOf(first, second, 120));
    expect((await reader.next(never)).events).toEqual([first, second]);
  });

  it('has nothing of a transaction whose rest is not waited for', async () => {
    const [first, second] = ofTwo();
    const stopping = new AbortController();
    const reader = new ChangeReader(slowStreamOf(first, second, 120));
    const next = reader.next(stopping.signal);
    await sleep(20);
    stopping.abort();
    expect(await next).toEqual({ events: [], token: null });
    expect((await reader.next(never)).events).toEqual([first, second]);
  });

  it('is empty when the server has nothing to tell, with the place where it stands', async () => {
    expect(await readerOf(null).next(never)).toEqual({ events: [], token: { _data: 'here' } });
  });

  it('is not waited for any longer when the reader is told to stop', async () => {
    const stopping = new AbortController();
    const next = readerOf().next(stopping.signal);
    stopping.abort();
    expect((await next).events).toEqual([]);
  });

  it('loses no event that comes while nobody waits', async () => {
    const [event] = inserts(1);
    let come: (event: ChangeEvent) => void = () => {};
    const stream = streamOf([]);
    stream.tryNext = () => new Promise((resolve) => (come = resolve as typeof come));
    const reader = new ChangeReader(stream);
    const stopping = new AbortController();
    const first = reader.next(stopping.signal);
    stopping.abort();
    await first;
    if (event !== undefined) come(event);
    await sleep(5);
    expect((await reader.next(never)).events).toEqual([event]);
  });
});

describe('a stream that breaks', () => {
  const broken = (error: Error) =>
    readerOf(error)
      .next(never)
      .then(undefined, (thrown) => thrown);
  const refused = (code: number, errorLabels: string[] = []) =>
    new MongoServerError({ message: 'No.', code, errorLabels });

  it.each([286, 260, 280, 10_334, 40_573, 40_324, 20, 13, 59])(
    'by code %i would break again',
    async (code) => {
      const error = await broken(refused(code, ['NonResumableChangeStreamError']));
      expect(error).toBeInstanceOf(ChangeStreamError);
      expect(error.permanent).toBe(true);
    },
  );

  it.each([
    ['a server that steps down', refused(189)],
    ['an error that the server calls resumable', refused(43, ['ResumableChangeStreamError'])],
    ['a lost connection', new MongoNetworkError('gone')],
  ])('by %s does not have to', async (_, cause) => {
    const error = await broken(cause);
    expect(error).toBeInstanceOf(ChangeStreamError);
    expect(error.permanent).toBe(false);
  });

  it('because the server has ended it would be ended again', async () => {
    const stream = Object.assign(streamOf([]), { closed: true });
    await expect(new ChangeReader(stream).next(never)).rejects.toMatchObject({ permanent: true });
  });
});
