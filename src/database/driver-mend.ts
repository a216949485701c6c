import { createRequire } from 'node:module';

/** What is mended of the driver's `Connection`. */
interface DriverConnection {
  readonly socket: NodeJS.EventEmitter;
  onClose(): void;
}

const mended = Symbol.for('customer-gateway.driver-mended');

/**
 * Ends commands whose connection is lost while they are written.
 *
 * Driver 7.9 waits for `drain` when a write returns false (`writeCommand` in its cmap/connection.ts). A socket that is
 * destroyed, or that is destroyed while it is full, never drains: the command waited for ever, through every timeout,
 * and with it a request, a lease, the heartbeat. A closed connection says that it drained, to whoever asks later as well,
 * whereupon the driver sees that it is closed, and fails or retries the command as any other whose connection is lost.
 *
 * @throws Error when another version of the driver has no such class or method: see then whether it still needs this.
 */
export function mendDriver(): void {
  const { Connection } = createRequire(import.meta.url)('mongodb/lib/cmap/connection.js') as {
    Connection: { readonly prototype: DriverConnection & { [mended]?: true } };
  };
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
