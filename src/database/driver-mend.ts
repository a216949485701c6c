import { createRequire } from 'node:module';
import { BSON } from 'mongodb';

const mended = Symbol.for('customer-gateway.driver-mended');
const require = createRequire(import.meta.url);

/**
 * Mends two things of driver 7.9, once for this process.
 *
 * @throws TypeError when another version of the driver has no such class or method: see then whether it still needs this.
 */
export function mendDriver(): void {
  endLostCommands();
  readDocumentsOnce();
}

/** What is mended of the driver's `Connection`. */
interface DriverConnection {
  readonly socket: NodeJS.EventEmitter;
  onClose(): void;
}

/**
 * Ends commands whose connection is lost while they are written.
 *
 * The driver waits for `drain` when a write returns false (`writeCommand` in its cmap/connection.ts). A socket that is
 * destroyed, or that is destroyed while it is full, never drains: the command waited for ever, through every timeout,
 * and with it a request, a lease, the heartbeat. A closed connection says that it drained, to whoever asks later as well,
 * whereupon the driver sees that it is closed, and fails or retries the command as any other whose connection is lost.
 */
function endLostCommands(): void {
  const { Connection } = require('mongodb/lib/cmap/connection.js') as Classes<'Connection', DriverConnection>;
  const { prototype } = Connection;
  if (prototype[mended]) return;
  const { onClose } = prototype;
  if (typeof onClose !== 'function')
    throw new TypeError('the mongodb driver closes connections in another way now');
  prototype.onClose = function (this: DriverConnection) {
    onClose.call(this);
    const { socket } = this;
    socket.emit('drain');
    // One that was compressed meanwhile is written, and waits, only now.
    socket.on('newListener', (event) => {
      if (event === 'drain') process.nextTick(() => socket.emit('drain'));
    });
  };
  prototype[mended] = true;
}

/** What is mended of the driver's `CursorResponse`: a batch of documents, of which the next one is taken by `shift`. */
interface DriverCursorResponse {
  readonly batch: { readonly bson: Uint8Array; readonly elements: readonly BsonElement[] };
  readonly encryptedResponse?: unknown;
  iterated: number;
  shift(options?: BSON.DeserializeOptions): unknown;
}

/** Type, offset and length of the name, offset and length of the value. */
type BsonElement = readonly [number, number, number, number, number];
const documentType = 3;

/**
 * Reads each document of a batch once.
 *
 * The driver takes a document apart into a list of where its elements are, of which nobody asks for one, and then reads
 * it from its beginning (`shift` in its cmap/wire_protocol/responses.ts): a fifth of what a page of a list allocates.
 * Whatever is no plain document of a plain answer is left to the driver.
 */
function readDocumentsOnce(): void {
  const { CursorResponse } = require('mongodb/lib/cmap/wire_protocol/responses.js') as Classes<
    'CursorResponse',
    DriverCursorResponse
  >;
  const { prototype } = CursorResponse;
  if (prototype[mended]) return;
  const { shift } = prototype;
  if (typeof shift !== 'function' || !('batch' in prototype))
    throw new TypeError('the mongodb driver reads answers in another way now');
  prototype.shift = function (this: DriverCursorResponse, options?: BSON.DeserializeOptions) {
    const { bson, elements } = this.batch;
    const element = elements[this.iterated];
    const isPlain = options?.raw !== true && this.encryptedResponse == null;
    if (element === undefined || element[0] !== documentType || !isPlain) return shift.call(this, options);
    this.iterated += 1;
    return BSON.deserialize(bson, { ...options, index: element[3], allowObjectSmallerThanBufferSize: true });
  };
  prototype[mended] = true;
}

type Classes<Name extends string, Instance> = Record<
  Name,
  { readonly prototype: Instance & { [mended]?: true } }
>;
