import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { badValue, MongoServerError, notImplemented, typeMismatch } from '../errors.ts';
import {
  numberOf,
  optionalArray,
  optionalBoolean,
  optionalDocument,
  optionalNumber,
  optionalString,
} from './arguments.ts';

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
    const { remaining, skip } = parseMode(mode);
    if (data !== undefined) checkData(data);
    const entered = this.timesEntered;
    this.remaining = remaining;
    this.skip = skip;
    this.data = remaining > 0 ? (data ?? new Map()) : undefined;
    this.timesEntered = 0;
    return entered;
  }

  /** What is to happen to this command, if anything; each answer counts as one hit. */
  inject(command: string, appName: string | undefined): Injected | undefined {
    const data = this.data;
    if (data === undefined || command === 'configureFailPoint') return undefined;
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

/** How often it is to be hit, after how many hits that do nothing. */
function parseMode(mode: BsonValue): { remaining: number; skip: number } {
  if (mode === 'off') return { remaining: 0, skip: 0 };
  if (mode === 'alwaysOn') return { remaining: Number.POSITIVE_INFINITY, skip: 0 };
  if (typeof mode === 'string') throw badValue(`unknown mode: ${mode}`);
  if (!(mode instanceof Map)) throw typeMismatch("'mode' must be a string or JSON object");
  if (mode.has('activationProbability')) throw notImplemented("The fail point mode 'activationProbability'");
  if (mode.has('times')) return { remaining: positive(mode, 'times'), skip: 0 };
  if (mode.has('skip')) return { remaining: Number.POSITIVE_INFINITY, skip: positive(mode, 'skip') };
  throw badValue("'mode' must be one of 'off', 'alwaysOn', 'times', and 'skip'");
}

function positive(mode: BsonDocument, field: string): number {
  const number = numberOf(mode.get(field));
  if (number === undefined) throw typeMismatch(`'${field}' option to 'mode' must be a number`);
  if (!(number >= 0)) throw badValue(`'${field}' option to 'mode' must be positive`);
  return Math.trunc(number);
}

/** There is nobody internal: `failInternalCommands` changes nothing. */
const dataFields = new Set([
  'failCommands',
  'failInternalCommands',
  'appName',
  'errorCode',
  'errorLabels',
  'closeConnection',
  'blockConnection',
  'blockTimeMS',
  'writeConcernError',
]);

function checkData(data: BsonDocument): void {
  for (const field of data.keys()) {
    if (!dataFields.has(field)) throw notImplemented(`The option '${field}' of the fail point 'failCommand'`);
  }
  const blocks = optionalBoolean(data, 'failCommand', 'blockConnection') === true;
  const time = optionalNumber(data, 'failCommand', 'blockTimeMS');
  if (blocks && time === undefined)
    throw badValue("must specify 'blockTimeMS' when 'blockConnection' is true");
  if (time !== undefined && time < 0) throw badValue(`'blockTimeMS' must be non-negative, got ${time}`);
  optionalBoolean(data, 'failCommand', 'closeConnection');
  optionalNumber(data, 'failCommand', 'errorCode');
  optionalArray(data, 'failCommand', 'failCommands');
  optionalArray(data, 'failCommand', 'errorLabels');
  optionalDocument(data, 'failCommand', 'writeConcernError');
  optionalString(data, 'failCommand', 'appName');
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
