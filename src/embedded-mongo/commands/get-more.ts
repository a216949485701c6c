import { Long } from 'bson';
import type { EncodableDocument, EncodableValue } from '../bson/raw-document.ts';
import { MongoServerError, typeMismatch } from '../errors.ts';
import { missingField, optionalArray, optionalCount, optionalString } from './arguments.ts';
import { moreChanges } from './change-streams.ts';
import { type CommandContext, type CommandDefinition, fieldSet } from './command.ts';
import { cursorReply, takeBatch } from './cursor-reply.ts';

/** `getMore` */
export const getMore: CommandDefinition = {
  fields: fieldSet('getMore', 'collection', 'batchSize', 'term', 'lastKnownCommittedOpTime'),
  run(context) {
    const id = context.body.get('getMore');
    if (!(id instanceof Long))
      throw typeMismatch("BSON field 'getMore.getMore' is the wrong type, expected type 'long'");
    const collection = optionalString(context.body, 'getMore', 'collection');
    if (collection === undefined) throw missingField('getMore', 'collection');
    const namespace = `${context.database}.${collection}`;
    context.engine.cursors.checkInterrupted(context.body);
    const cursor = context.engine.cursors.get(id.toBigInt());
    if (cursor.namespace !== namespace) {
      throw new MongoServerError(
        13,
        `Requested getMore on namespace '${namespace}', but cursor belongs to a different namespace ${cursor.namespace}`,
      );
    }
    checkOwner(context, cursor);
    cursor.connection = context.connection.id;
    const size = optionalCount(context.body, 'getMore', 'batchSize') || Number.POSITIVE_INFINITY;
    if (cursor.source.live !== undefined) return moreChanges(context, cursor, cursor.source.live, size);
    try {
      const batch = takeBatch(cursor.source, size, cursor.held);
      cursor.held = batch.held;
      if (batch.finished) context.engine.cursors.kill(cursor.id);
      return cursorReply('nextBatch', batch.documents, batch.finished ? 0n : cursor.id, namespace);
    } catch (error) {
      context.engine.cursors.kill(cursor.id);
      throw error;
    }
  },
};

/** `killCursors` */
export const killCursors: CommandDefinition = {
  fields: fieldSet('killCursors', 'cursors'),
  run(context): EncodableDocument {
    const ids = optionalArray(context.body, 'killCursors', 'cursors');
    if (ids === undefined) throw missingField('killCursors', 'cursors');
    const killed: EncodableValue[] = [];
    const notFound: EncodableValue[] = [];
    for (const id of ids) {
      if (!(id instanceof Long))
        throw typeMismatch("BSON field 'killCursors.cursors' holds something that is no long");
      (context.engine.cursors.kill(id.toBigInt()) ? killed : notFound).push(id);
    }
    return new Map<string, EncodableValue>([
      ['cursorsKilled', killed],
      ['cursorsNotFound', notFound],
      ['cursorsAlive', []],
      ['cursorsUnknown', []],
    ]);
  },
};

function checkOwner(
  context: CommandContext,
  cursor: { id: bigint; transaction: unknown; sessionKey: string | undefined },
): void {
  if (cursor.transaction !== context.transaction) {
    throw new MongoServerError(
      50740,
      `Cannot run getMore on cursor ${cursor.id}, which was created ${cursor.transaction ? 'in a transaction' : 'outside of a transaction'}, ${context.transaction ? 'in one' : 'without that transaction'}.`,
    );
  }
  if (cursor.sessionKey !== context.session?.key) {
    throw new MongoServerError(
      50738,
      `Cannot run getMore on cursor ${cursor.id}, which was created in another session.`,
    );
  }
}
