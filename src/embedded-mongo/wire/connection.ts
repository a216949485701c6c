import type { Socket } from 'node:net';
import type { EncodableDocument } from '../bson/raw-document.ts';
import type { ClientConnection } from '../commands/command.ts';
import { MongoServerError } from '../errors.ts';
import { type CommandMessage, parseCommandMessage } from './command-message.ts';
import { MessageFramer } from './message-framer.ts';
import { replyMessage } from './reply-message.ts';

/** A command that is waiting for its turn. */
export interface PendingCommand {
  connection: Connection;
  message: CommandMessage;
}

/**
 * One client's socket. Its commands are handed on one at a time, in the order they came; the next waits for the
 * answer to the one before.
 */
export class Connection implements ClientConnection {
  readonly id: number;
  readonly serverAddress: string;
  readonly clientAddress: string;
  appName: string | undefined;
  private readonly socket: Socket;
  private readonly framer = new MessageFramer();
  private readonly waiting: CommandMessage[] = [];
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
  }

  /** Sends the answer to the command in work and goes on with the next. */
  answer(message: CommandMessage, reply: EncodableDocument): void {
    if (!message.unacknowledged && this.socket.writable) {
      this.socket.write(replyMessage(message.protocol, message.requestId, reply));
    }
    this.busy = false;
    this.next();
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
    try {
      this.waiting.push(parseCommandMessage(bytes));
    } catch (error) {
      if (!(error instanceof MongoServerError)) throw error;
      this.waiting.push(unreadable(bytes, error));
    }
    this.next();
  }

  private next(): void {
    if (this.busy) return;
    const message = this.waiting.shift();
    if (message === undefined) return;
    this.busy = true;
    this.submit({ connection: this, message });
  }
}

/** Stands for a message that could not be read: running it answers with why. */
function unreadable(bytes: Buffer, error: MongoServerError): CommandMessage {
  return {
    requestId: bytes.readInt32LE(4),
    protocol: bytes.readInt32LE(12) === 2004 ? 'query' : 'message',
    name: '',
    body: new Map(),
    sequences: new Map(),
    unacknowledged: false,
    failure: error,
  };
}
