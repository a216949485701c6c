import { createServer, type Server, type Socket } from 'node:net';
import type { EncodableDocument } from './bson/raw-document.ts';
import { dispatch, errorReply, finishReply } from './commands/dispatch.ts';
import { Engine } from './commands/engine.ts';
import { removeExpired } from './commands/expiry.ts';
import type { Injected } from './commands/fail-point.ts';
import type { MongoServerError } from './errors.ts';
import type { Durability } from './storage/store.ts';
import { Connection, type PendingCommand } from './wire/connection.ts';

/** A server on one data directory. */
export interface RunningServer {
  /** The TCP port, when it listens on one. */
  port: number | undefined;
  close(): Promise<void>;
}

export interface ServerOptions {
  dataDir: string;
  durability: Durability;
  /** Where to listen; one of them at least. */
  socketPath?: string | undefined;
  /** Loopback only; 0 takes any free port. */
  port?: number | undefined;
}

/** Opens the data directory and listens. The caller holds the directory's lock. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const engine = new Engine(options.dataDir, options.durability);
  const worker = new CommandWorker(engine);
  const listeners: Server[] = [];
  let port: number | undefined;
  if (options.socketPath !== undefined) {
    const { socketPath } = options;
    listeners.push(await listen((socket) => worker.accept(socket, socketPath), { path: socketPath }));
  }
  if (options.port !== undefined) {
    const address = (socket: Socket): string => `127.0.0.1:${socket.localPort}`;
    const listener = await listen((socket) => worker.accept(socket, address(socket)), {
      port: options.port,
      host: '127.0.0.1',
    });
    listeners.push(listener);
    const bound = listener.address();
    port = typeof bound === 'object' && bound !== null ? bound.port : undefined;
  }
  return {
    port,
    close: async () => {
      for (const listener of listeners) listener.close();
      worker.stop();
      await engine.close();
    },
  };
}

/** A command's answer, kept until what it wrote is stored. */
interface Answer {
  command: PendingCommand;
  reply: EncodableDocument;
  wrote: boolean;
  /** The last commit before the answer was there. */
  sequence: number;
}

/** How many buffered writes end a group early. */
const groupLimit = 100_000;
const sweepIntervalMs = 1000;

/**
 * What drops left behind is removed in pieces of some milliseconds, between which commands run twice as long. A piece
 * may take as long as the commands since the one before, the more so the more there is to remove, so that nobody
 * who fills and drops again and again is faster.
 */
const clearing = { leastMs: 5, msPerRemain: 20 } as const;

/**
 * How long the transactions and cursors of a closed connection are kept for another connection of the same client:
 * drivers repeat a commit on a new one.
 */
const disconnectGraceMs = 3000;

/**
 * Runs commands, in groups: all that arrived while the one before was being stored. The writes of a group reach the
 * disk together, then its answers go out.
 */
class CommandWorker {
  private readonly engine: Engine;
  private readonly connections = new Set<Connection>();
  private ready: Array<PendingCommand & { injected?: Injected }> = [];
  private scheduled = false;
  private stopped = false;
  private nextConnectionId = 1;
  private expiredAt = Date.now();
  private readonly sweeper: NodeJS.Timeout;
  private clearer: NodeJS.Timeout | undefined;
  /** What commands took since remains were last cleared, while there are some. */
  private commandMs = 0;

  constructor(engine: Engine) {
    this.engine = engine;
    this.sweeper = setInterval(() => this.sweep(), sweepIntervalMs);
    this.clearLater(clearing.leastMs);
  }

  accept(socket: Socket, serverAddress: string): void {
    const connection = new Connection(this.nextConnectionId++, socket, serverAddress, (command) =>
      this.submit(command),
    );
    this.connections.add(connection);
    this.engine.connectionCount += 1;
    this.engine.metrics.connectionsCreated += 1;
    socket.on('close', () => {
      this.connections.delete(connection);
      this.engine.connectionCount -= 1;
      this.forget(connection);
    });
  }

  /** Ends what a client that is gone left open. MongoDB would wait until it is too old. */
  private forget({ id }: Connection): void {
    this.engine.cursors.killWhere((cursor) => cursor.waiting !== undefined && cursor.connection === id);
    this.engine.sessions.disconnect(id);
    setTimeout(() => {
      if (this.stopped) return;
      this.engine.sessions.endLeftBy(id);
      this.engine.cursors.killWhere((cursor) => cursor.sessionKey === undefined && cursor.connection === id);
      this.store([]);
    }, disconnectGraceMs).unref();
  }

  stop(): void {
    this.stopped = true;
    clearInterval(this.sweeper);
    clearTimeout(this.clearer);
    for (const connection of this.connections) connection.close();
    this.ready = [];
  }

  private submit(command: PendingCommand): void {
    const injected = this.engine.failPoint.active
      ? this.engine.failPoint.inject(command.message.name, command.connection.appName)
      : undefined;
    if (injected === undefined) this.enqueue(command);
    else if (injected.blockMs > 0) setTimeout(() => this.enqueue({ ...command, injected }), injected.blockMs);
    else this.enqueue({ ...command, injected });
  }

  private enqueue(command: PendingCommand & { injected?: Injected }): void {
    // Nobody is there for the answer, and nobody would end what it began.
    if (this.stopped || (command.connection.closed && !command.message.unacknowledged)) return;
    if (command.injected?.closeConnection) {
      command.connection.close();
      return;
    }
    this.ready.push(command);
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => this.runGroup());
  }

  private runGroup(): void {
    this.scheduled = false;
    const begun = performance.now();
    const { store } = this.engine;
    const group = this.ready;
    this.ready = [];
    const answers: Answer[] = [];
    for (const command of group) {
      const written = store.group.generation;
      const outcome = dispatch(this.engine, command.connection, command.message, command.injected);
      if ('reply' in outcome) {
        const wrote = store.group.generation !== written;
        answers.push({ command, reply: outcome.reply, wrote, sequence: store.sequence });
      } else outcome.waitFor.whenOver(() => this.enqueue(command));
      if (store.group.size > groupLimit || store.failure !== undefined) this.store(answers);
    }
    this.store(answers);
    if (this.engine.catalog.remains.size === 0) return;
    this.commandMs += performance.now() - begun;
    this.clearLater(clearing.leastMs);
  }

  /** Stores what the group wrote, then answers. */
  private store(answers: Answer[]): void {
    const { store } = this.engine;
    try {
      store.commit();
    } catch {
      // What became of it is in `failure`.
    }
    const { failure } = store;
    store.failure = undefined;
    if (failure !== undefined) this.engine.recover();
    store.endTurn();
    if (failure !== undefined) this.answerAfterFailure(answers.splice(0), failure);
    for (const { command, reply } of answers.splice(0)) this.send(command, reply);
  }

  /** Whoever wrote what is not stored is told so; who read after that reads again, since nothing of it ever was. */
  private answerAfterFailure(answers: Answer[], failure: MongoServerError): void {
    let lost = false;
    for (const { command, reply, wrote, sequence } of answers) {
      const { name } = command.message;
      if (wrote && sequence === this.engine.store.sequence) lost = true;
      const reads = !wrote && name !== 'commitTransaction' && name !== 'abortTransaction';
      if (!lost || (!wrote && !reads)) this.send(command, reply);
      // A cursor has moved on, and is closed by now.
      else if (wrote || name === 'getMore') this.send(command, errorReply(failure, command.message));
      else this.enqueue(command);
    }
  }

  private send({ connection, message }: PendingCommand, reply: EncodableDocument): void {
    try {
      connection.answer(message, finishReply(this.engine, reply));
    } catch (error) {
      // An answer that cannot be encoded must not end the server.
      connection.answer(message, finishReply(this.engine, errorReply(error, message)));
    }
  }

  private sweep(): void {
    try {
      this.sweepAt(Date.now());
    } catch (error) {
      console.error('The embedded server could not clear away what is old:', error);
    }
    this.store([]);
    this.clearLater(0);
  }

  private clearLater(afterMs: number): void {
    if (this.stopped || this.clearer !== undefined || this.engine.catalog.remains.size === 0) return;
    this.clearer = setTimeout(() => this.clear(), afterMs);
  }

  /** Removes a piece of what drops left behind. What an open transaction may still see is left to a later `sweep`. */
  private clear(): void {
    this.clearer = undefined;
    const { catalog, conflicts } = this.engine;
    const { commandMs } = this;
    this.commandMs = 0;
    const most = clearing.msPerRemain * catalog.remains.size;
    const piece = Math.max(clearing.leastMs, Math.min(commandMs, most));
    const begun = performance.now();
    try {
      const more = catalog.remains.removeSome(piece, conflicts.oldestSnapshot);
      const took = performance.now() - begun;
      if (more) this.clearLater(commandMs > 0 ? 2 * took : took);
    } catch (error) {
      console.error('The embedded server could not remove what was dropped:', error);
      this.clearLater(sweepIntervalMs);
    }
  }

  private sweepAt(now: number): void {
    this.engine.sessions.sweep(now);
    this.engine.cursors.killIdle(now);
    this.engine.changes.trim(now);
    if (now - this.expiredAt >= this.engine.expiryIntervalMs) {
      this.expiredAt = now;
      removeExpired(this.engine, new Date(now));
    }
    if (now % (60 * sweepIntervalMs) < sweepIntervalMs) this.engine.sessions.sweepStored(now);
  }
}

function listen(
  onSocket: (socket: Socket) => void,
  where: { path: string } | { port: number; host: string },
): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(onSocket);
    server.once('error', reject);
    server.listen(where, () => resolve(server));
  });
}
