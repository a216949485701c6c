import type { MongoClient } from 'mongodb';

export interface HeartbeatWatchOptions {
  /**
   * A heartbeat that takes longer has been forgotten by the driver. Default: 8 s, since its connection times out after 5;
   * 20 s where it waits for news.
   */
  readonly maxHeartbeatMs?: number;
  /** How often to look. Default: 1 s. */
  readonly intervalMs?: number;
  readonly onReconnect?: () => void;
}

/**
 * Reconnects a client whose monitor hangs, so that a database that comes back is always noticed.
 *
 * Driver 7.9 waits for `drain` when a write returns false, and a socket that is destroyed but not closed yet returns false
 * and never drains (`writeCommand` in its cmap/connection.ts). When that happens to the heartbeat, the server stays
 * unknown for ever: no timeout applies to a destroyed socket.
 */
export function watchHeartbeats(client: MongoClient, options: HeartbeatWatchOptions = {}): void {
  const { maxHeartbeatMs, intervalMs = 1_000 } = options;
  /** What each heartbeat under way may still take, in looks: time in which this process stood still is nobody's silence. */
  const looksLeft = new Map<string, number>();
  let reconnecting = false;

  client.on('serverHeartbeatStarted', ({ connectionId, awaited }) => {
    looksLeft.set(connectionId, (maxHeartbeatMs ?? (awaited ? 20_000 : 8_000)) / intervalMs);
  });
  client.on('serverHeartbeatSucceeded', ({ connectionId }) => looksLeft.delete(connectionId));
  client.on('serverHeartbeatFailed', ({ connectionId }) => looksLeft.delete(connectionId));
  client.on('serverClosed', ({ address }) => looksLeft.delete(address));

  const timer = setInterval(() => void look(), intervalMs);
  timer.unref();
  client.on('topologyClosed', () => {
    if (!reconnecting) clearInterval(timer);
  });

  async function look(): Promise<void> {
    for (const [connection, left] of looksLeft) looksLeft.set(connection, left - 1);
    if (reconnecting || [...looksLeft.values()].every((left) => left > 0)) return;
    reconnecting = true;
    looksLeft.clear();
    try {
      options.onReconnect?.();
      await client.close();
      await client.connect();
    } catch {
      // Still away: the new monitor goes on trying, and the next operation waits for it.
    } finally {
      reconnecting = false;
    }
  }
}
