import { Double, Long } from 'bson';
import { fromJs } from '../bson/from-js.ts';
import type { EncodableDocument, EncodableValue } from '../bson/raw-document.ts';
import { examined } from '../plan/stage.ts';
import type { CommandContext, CommandDefinition } from './command.ts';
import type { Engine } from './engine.ts';
import { emulatedVersion } from './handshake.ts';

const maxConnections = 65_536;

/** `serverStatus`: what the server is and has done since its start. Every section is given, whatever is asked for. */
export const serverStatus: CommandDefinition = {
  fields: 'any',
  run(context: CommandContext): EncodableDocument {
    const { engine } = context;
    const { metrics } = engine;
    const uptime = (Date.now() - engine.startedAt) / 1000;
    const memory = process.memoryUsage();
    const megabytes = (bytes: number): number => Math.round(bytes / 1048576);
    return new Map<string, EncodableValue>([
      ['host', context.connection.serverAddress],
      ['version', emulatedVersion],
      ['process', 'embedded'],
      ['pid', Long.fromNumber(process.pid)],
      ['uptime', new Double(uptime)],
      ['uptimeMillis', Long.fromNumber(Math.round(uptime * 1000))],
      ['localTime', context.now],
      [
        'connections',
        fromJs({
          current: engine.connectionCount,
          available: maxConnections - engine.connectionCount,
          totalCreated: metrics.connectionsCreated,
        }),
      ],
      ['mem', fromJs({ bits: 64, resident: megabytes(memory.rss), virtual: megabytes(memory.rss) })],
      ['network', figures({ numRequests: metrics.requests })],
      ['opcounters', figures(metrics.operations)],
      ['metrics', metricsOf(engine)],
      ['transactions', transactionsOf(engine)],
      ['logicalSessionRecordCache', fromJs({ activeSessionsCount: engine.sessions.size })],
      ['storageEngine', storageEngineOf(engine)],
    ]);
  },
};

function metricsOf({ metrics, cursors }: Engine): EncodableDocument {
  const commands: EncodableDocument = new Map([['<UNKNOWN>', Long.fromNumber(metrics.unknownCommands)]]);
  for (const [name, { failed, total }] of metrics.commands) commands.set(name, figures({ failed, total }));
  return new Map<string, EncodableValue>([
    ['commands', commands],
    [
      'cursor',
      new Map<string, EncodableValue>([
        ['timedOut', Long.fromNumber(cursors.totals.timedOut)],
        ['totalOpened', Long.fromNumber(cursors.totals.opened)],
        ['open', figures({ noTimeout: cursors.keptForever, pinned: 0, total: cursors.size })],
      ]),
    ],
    ['document', figures(metrics.documents)],
    ['operation', figures({ writeConflicts: metrics.writeConflicts })],
    ['queryExecutor', figures({ scanned: examined.keys, scannedObjects: examined.documents })],
    ['ttl', figures(metrics.expiry)],
  ]);
}

/** None is ever at work while another command is looking: the server does one thing at a time. */
function transactionsOf({ sessions }: Engine): EncodableDocument {
  return figures({
    currentActive: 0,
    currentInactive: sessions.openTransactions,
    currentOpen: sessions.openTransactions,
    totalAborted: sessions.totals.aborted,
    totalCommitted: sessions.totals.committed,
    totalStarted: sessions.totals.started,
  });
}

/** MongoDB tells by the same name how many dropped collections and indexes it has still to remove. */
function storageEngineOf({ catalog }: Engine): EncodableDocument {
  const pending = Long.fromNumber(catalog.remains.size);
  return new Map<string, EncodableValue>([
    ...fromJs({ name: 'embedded', persistent: true, supportsCommittedReads: true }),
    ['dropPendingIdents', pending],
  ]);
}

function figures(numbers: Readonly<Record<string, number>>): EncodableDocument {
  return new Map(Object.entries(numbers).map(([name, number]) => [name, Long.fromNumber(number)]));
}
