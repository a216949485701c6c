import { connect, type Socket } from 'node:net';
import { BSON, type Document } from 'mongodb';

/** A connection that sends just what it is given, where the driver would add a session and retry. */
export interface RawClient {
  /** Sends commands one after the other and answers with the replies, refusals among them. */
  command(document: Document): Promise<Document>;
  close(): void;
}

export function openRawClient(socketPath: string): RawClient {
  const socket = connect({ path: socketPath });
  return {
    command: async (document) => {
      socket.write(opMessage(0, bodySection(document)));
      const [reply] = await readReplies(socket, 1);
      return reply as Document;
    },
    close: () => socket.destroy(),
  };
}

export const requestId = 77;

/** An OP_MSG of these sections. */
export function opMessage(flags: number, ...sections: Buffer[]): Buffer {
  const content = Buffer.concat(sections);
  const head = Buffer.alloc(20);
  head.writeInt32LE(20 + content.length, 0);
  head.writeInt32LE(requestId, 4);
  head.writeInt32LE(2013, 12);
  head.writeUInt32LE(flags, 16);
  return Buffer.concat([head, content]);
}

export function bodySection(document: Document): Buffer {
  return Buffer.concat([Buffer.from([0]), BSON.serialize(document)]);
}

/** The documents of the next replies, each of which must answer our request. */
export function readReplies(socket: Socket, count: number): Promise<Document[]> {
  const found: Document[] = [];
  let bytes = Buffer.alloc(0);
  return new Promise((resolve, reject) => {
    const onData = (piece: Buffer): void => {
      bytes = Buffer.concat([bytes, piece]);
      while (bytes.length >= 16 && bytes.length >= bytes.readInt32LE(0)) {
        const length = bytes.readInt32LE(0);
        if (bytes.readInt32LE(8) !== requestId) reject(new Error('A reply to something else'));
        const start = bytes.readInt32LE(12) === 1 ? 36 : 21;
        found.push(BSON.deserialize(bytes.subarray(start, length), { promoteLongs: false }));
        bytes = bytes.subarray(length);
      }
      if (found.length < count) return;
      socket.off('data', onData);
      socket.off('close', onClose);
      resolve(found);
    };
    const onClose = (): void => reject(new Error('The server closed the connection'));
    socket.on('data', onData);
    socket.once('close', onClose);
  });
}
