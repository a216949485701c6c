import { aggregate } from './aggregate.ts';
import {
  create,
  drop,
  dropDatabase,
  listCollections,
  listDatabases,
  renameCollection,
} from './collections.ts';
import type { CommandDefinition } from './command.ts';
import { count } from './count.ts';
import { deleteDocuments } from './delete.ts';
import { diagnostics } from './diagnostics.ts';
import { distinct } from './distinct.ts';
import { explain } from './explain.ts';
import { find } from './find.ts';
import { findAndModify } from './find-and-modify.ts';
import { getMore, killCursors } from './get-more.ts';
import { hello, serverInfo } from './handshake.ts';
import { collMod, createIndexes, dropIndexes, listIndexes } from './indexes.ts';
import { insert } from './insert.ts';
import { sessionCommands } from './session-commands.ts';
import { update } from './update.ts';

/** Every command the server knows. */
export const commands: ReadonlyMap<string, CommandDefinition> = new Map(
  Object.entries({
    ...serverInfo,
    ...sessionCommands,
    ...diagnostics,
    hello,
    isMaster: hello,
    ismaster: hello,
    insert,
    find,
    update,
    delete: deleteDocuments,
    findAndModify,
    findandmodify: findAndModify,
    count,
    distinct,
    aggregate,
    explain,
    getMore,
    killCursors,
    create,
    drop,
    dropDatabase,
    renameCollection,
    listCollections,
    listDatabases,
    createIndexes,
    listIndexes,
    dropIndexes,
    collMod,
  }),
);
