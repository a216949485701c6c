import type { Socket } from 'node:net';
import type { EncodableDocument } from '../bson/raw-document.ts';
import type { ClientConnection } from '../commands/command.ts';
import { MongoServerError } from '../errors.ts';
import { type CommandMessage, opcode, parseCommandMessage } from './command-message.ts';
import { MessageFramer } from './message-framer.ts';
import { replyMessage } from './reply-message.ts';

/** A command that is waiting for its turn. */
export interface PendingCommand {
  connection: Connection;
  message: CommandMessage;
}

/** Bytes of commands that may wait for their turn before no more are read from the socket. */
const waitingBytesLimit = 256 * 1024;

/**
 * One client's socket. Its commands are handed on one at a time, in the order they came; the next waits until the
 * answer to the one before is on its way. So a client that sends and does not read is not read from either: what
 * it costs is one answer, and a few commands.
 */
export class Connection implements ClientConnection {
  readonly id: number;
  readonly serverAddress: string;
  readonly clientAddress: string;
  appName: string | undefined;
  closed = false;
  private readonly socket: Socket;
  private readonly framer = new MessageFramer();
  private readonly waiting: Array<{ message: CommandMessage; bytes: number }> = [];
  private waitingBytes = 0;
  private readonly submit: (command: PendingCommand) => void;
  private busy = false;

  constructor(id: number, socket: Socket, serverAddress: string, submit: (command: PendingCommand) => void) {
    this.id = id;
    this.socket = socket;
    this.serverAddress = serverAddress;
    this.clientAddress = socket.remoteAddress
      ? `${socket.remoteAddress}:${socket.remotePort}`
      : 'anonymous unix socket';
    this.submit = submit;
    socket.setNoDelay(true);
    socket.on('data', (piece: Buffer) => this.receive(piece));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.closed = true;
    });
  }

  /** Sends the answer to the command in work and goes on with the next, once the client takes what is sent. */
  answer(message: CommandMessage, reply: EncodableDocument): void {
    const taken =
      message.unacknowledged ||
      !this.socket.writable ||
      this.socket.write(replyMessage(message.protocol, message.requestId, reply));
    if (taken) this.goOn();
    else this.socket.once('drain', () => this.goOn());
  }

  close(): void {
    this.waiting.length = 0;
    this.socket.destroy();
  }

  private receive(piece: Buffer): void {
    try {
      for (const message of this.framer.push(piece)) this.accept(message);
    } catch {
      this.close();
    }
  }

  private accept(bytes: Buffer): void {
    this.waiting.push({ message: parsed(bytes), bytes: bytes.length });
    this.waitingBytes += bytes.length;
    if (!this.busy) this.next();
    if (this.waitingBytes > waitingBytesLimit) this.socket.pause();
  }

  private goOn(): void {
    this.busy = false;
    this.next();
    if (this.waitingBytes <= waitingBytesLimit && this.socket.isPaused()) this.socket.resume();
  }

  private next(): void {
    const first = this.waiting.shift();
    if (first === undefined) return;
    this.waitingBytes -= first.bytes;
    this.busy = true;
    this.submit({ connection: this, message: first.message });
  }
}

/** The command, or for bytes that are none something that answers with why. */
function parsed(bytes: Buffer): CommandMessage {
  try {
    return parseCommandMessage(bytes);
  } catch (error) {
    return unreadable(bytes, refusal(error));
  }
}

/** A length that points beyond the message shows as a RangeError of the buffer it was read from. */
function refusal(error: unknown): MongoServerError {
  if (error instanceof MongoServerError) return error;
  if (error instanceof RangeError && /call stack/i.test(error.message)) {
    return new MongoServerError(15, 'The message is nested too deeply');
  }
  return new MongoServerError(22, 'The message is not BSON, or cut off');
}

function unreadable(bytes: Buffer, error: MongoServerError): CommandMessage {
  return {
    requestId: bytes.readInt32LE(4),
    protocol: bytes.readInt32LE(12) === opcode.query ? 'query' : 'message',
    name: '',
    body: new Map(),
    sequences: new Map(),
    unacknowledged: wantsNoAnswer(bytes),
    failure: error,
  };
}

/** Also asked of a message that could not be read: an answer nobody waits for would be taken for another's. */
function wantsNoAnswer(bytes: Buffer): boolean {
  return bytes.length >= 20 && bytes.readInt32LE(12) === opcode.message && (bytes.readUInt32LE(16) & 2) !== 0;
}
