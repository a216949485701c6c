import type { MongoClient } from 'mongodb';

export interface HeartbeatWatchOptions {
  /** A heartbeat that takes longer has been forgotten by the driver. Default: 20 s. */
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
 * unknown for ever: no timeout applies to a destroyed socket. Heartbeats that wait for news take up to 15 s.
 */
export function watchHeartbeats(client: MongoClient, options: HeartbeatWatchOptions = {}): void {
  const { maxHeartbeatMs = 20_000, intervalMs = 2_000 } = options;
  const startedAt = new Map<string, number>();
  let reconnecting = false;

  client.on('serverHeartbeatStarted', ({ connectionId }) => startedAt.set(connectionId, Date.now()));
  client.on('serverHeartbeatSucceeded', ({ connectionId }) => startedAt.delete(connectionId));
  client.on('serverHeartbeatFailed', ({ connectionId }) => startedAt.delete(connectionId));
  client.on('serverClosed', ({ address }) => startedAt.delete(address));

  const timer = setInterval(() => void look(), intervalMs);
  timer.unref();
  client.on('topologyClosed', () => {
    if (!reconnecting) clearInterval(timer);
  });

  async function look(): Promise<void> {
    const oldest = Math.min(Number.POSITIVE_INFINITY, ...startedAt.values());
    if (reconnecting || Date.now() - oldest < maxHeartbeatMs) return;
    reconnecting = true;
    startedAt.clear();
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
