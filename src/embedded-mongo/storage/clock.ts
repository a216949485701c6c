import { Timestamp } from 'bson';

/**
 * The server's logical time: seconds and a counter within the second, never the same twice and never backwards, even
 * when the machine's clock is.
 */
export class LogicalClock {
  private seconds = 0;
  private increment = 0;

  /** A new time, later than every one before. */
  tick(): Timestamp {
    const now = Math.floor(Date.now() / 1000);
    if (now > this.seconds) {
      this.seconds = now;
      this.increment = 1;
    } else {
      this.increment += 1;
    }
    return this.now();
  }

  /** The last time given out. */
  now(): Timestamp {
    if (this.seconds === 0) return this.tick();
    return new Timestamp({ t: this.seconds, i: this.increment });
  }

  /** Goes on from a time that was given out before a restart. */
  atLeast(time: Timestamp): void {
    if (time.t > this.seconds || (time.t === this.seconds && time.i > this.increment)) {
      this.seconds = time.t;
      this.increment = time.i;
    }
  }
}
