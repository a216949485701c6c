import type { MongoClient } from 'mongodb';

export interface HeartbeatWatchOptions {
  /**
   * A heartbeat that takes longer has been forgotten by the driver. Default: 8 s, since its connection times out after 5;
   * 20 s where it waits for news.
   */
  readonly maxHeartbeatMs?: number;
  /** How often to look. Default: 2 s. */
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
  const overdueAt = new Map<string, number>();
  let reconnecting = false;

  client.on('serverHeartbeatStarted', ({ connectionId, awaited }) => {
    overdueAt.set(connectionId, Date.now() + (maxHeartbeatMs ?? (awaited ? 20_000 : 8_000)));
  });
  client.on('serverHeartbeatSucceeded', ({ connectionId }) => overdueAt.delete(connectionId));
  client.on('serverHeartbeatFailed', ({ connectionId }) => overdueAt.delete(connectionId));
  client.on('serverClosed', ({ address }) => overdueAt.delete(address));

  const timer = setInterval(() => void look(), intervalMs);
  timer.unref();
  client.on('topologyClosed', () => {
    if (!reconnecting) clearInterval(timer);
  });

  async function look(): Promise<void> {
    const now = Date.now();
    if (reconnecting || [...overdueAt.values()].every((time) => time > now)) return;
    reconnecting = true;
    overdueAt.clear();
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
