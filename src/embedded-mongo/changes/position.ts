import { Timestamp } from 'bson';

/** A place in the log of changes: before the change with this number among those of the commit at this time. */
export interface LogPosition {
  time: Timestamp;
  index: number;
}

export function comparePositions(a: LogPosition, b: LogPosition): number {
  return a.time.t - b.time.t || a.time.i - b.time.i || a.index - b.index;
}

/** The place before everything that is committed after `time`. */
export function after(time: Timestamp): LogPosition {
  return { time: new Timestamp({ t: time.t, i: time.i + 1 }), index: 0 };
}
