import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { badValue, MongoServerError } from '../errors.ts';
import { numberOf } from './arguments.ts';

/** What the fail point does to a command it hits. */
export interface Injected {
  blockMs: number;
  closeConnection: boolean;
  error: MongoServerError | undefined;
  /** Given when the test names the labels itself: the server then adds none of its own. */
  labels: string[] | undefined;
  writeConcernError: BsonDocument | undefined;
}

/** MongoDB's `failCommand`: lets a test break chosen commands. */
export class FailPoint {
  private data: BsonDocument | undefined;
  private remaining = 0;
  private skip = 0;
  private timesEntered = 0;

  get active(): boolean {
    return this.data !== undefined;
  }

  /** Sets it by configureFailPoint's `mode` and `data`; answers how often it was hit before. */
  configure(mode: BsonValue, data: BsonDocument | undefined): number {
    const entered = this.timesEntered;
    this.data = undefined;
    this.skip = 0;
    if (mode === 'off') return entered;
    if (mode === 'alwaysOn') this.remaining = Number.POSITIVE_INFINITY;
    else if (mode instanceof Map && mode.has('times')) this.remaining = numberOf(mode.get('times')) ?? 0;
    else if (mode instanceof Map && mode.has('skip')) {
      this.skip = numberOf(mode.get('skip')) ?? 0;
      this.remaining = Number.POSITIVE_INFINITY;
    } else throw badValue(`unknown mode for the fail point: ${String(mode)}`);
    if (this.remaining > 0) this.data = data ?? new Map();
    this.timesEntered = 0;
    return entered;
  }

  /** What is to happen to this command, if anything; each answer counts as one hit. */
  inject(command: string, appName: string | undefined): Injected | undefined {
    const data = this.data;
    if (data === undefined) return undefined;
    const commands = data.get('failCommands');
    if (!Array.isArray(commands) || !commands.includes(command)) return undefined;
    const onlyFor = data.get('appName');
    if (onlyFor !== undefined && onlyFor !== appName) return undefined;
    if (this.skip > 0) {
      this.skip -= 1;
      return undefined;
    }
    this.timesEntered += 1;
    this.remaining -= 1;
    if (this.remaining <= 0) this.data = undefined;
    return injectedBy(data, command);
  }
}

function injectedBy(data: BsonDocument, command: string): Injected {
  const code = numberOf(data.get('errorCode'));
  const labels = data.get('errorLabels');
  const concern = data.get('writeConcernError');
  const blocks = data.get('blockConnection') === true;
  return {
    blockMs: blocks ? (numberOf(data.get('blockTimeMS')) ?? 0) : 0,
    closeConnection: data.get('closeConnection') === true,
    error:
      code === undefined
        ? undefined
        : new MongoServerError(code, `Failing command via 'failCommand' failpoint: ${command}`),
    labels: Array.isArray(labels) ? labels.filter((label) => typeof label === 'string') : undefined,
    writeConcernError: concern instanceof Map ? concern : undefined,
  };
}
