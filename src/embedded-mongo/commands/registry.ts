import {
  create,
  drop,
  dropDatabase,
  listCollections,
  listDatabases,
  renameCollection,
} from './collections.ts';
import type { CommandDefinition } from './command.ts';
import { find } from './find.ts';
import { getMore, killCursors } from './get-more.ts';
import { hello, serverInfo } from './handshake.ts';
import { collMod, createIndexes, dropIndexes, listIndexes } from './indexes.ts';
import { insert } from './insert.ts';
import { sessionCommands } from './session-commands.ts';

/** Every command the server knows. */
export const commands: ReadonlyMap<string, CommandDefinition> = new Map(
  Object.entries({
    ...serverInfo,
    ...sessionCommands,
    hello,
    isMaster: hello,
    ismaster: hello,
    insert,
    find,
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
