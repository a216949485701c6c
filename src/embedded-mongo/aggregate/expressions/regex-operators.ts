import { BSONRegExp, Int32 } from 'bson';
import type { BsonDocument, BsonValue } from '../../bson/value.ts';
import { MongoServerError } from '../../errors.ts';
import { compileRegex } from '../../query/regex.ts';
import { namedArguments } from './arguments.ts';
import { isNullish, type OperatorCompiler, type OperatorTable } from './expression.ts';

/** `$regexMatch`, `$regexFind` and `$regexFindAll`. */
export const regexOperators: OperatorTable = {
  $regexMatch: regexOperator(false, (regex, input) => regex.test(input)),
  $regexFind: regexOperator(null, (regex, input) => {
    const match = regex.exec(input);
    return match ? matchDocument(match) : null;
  }),
  $regexFindAll: regexOperator([], (regex, input) => {
    const global = new RegExp(regex.source, `${regex.flags}g`);
    return [...input.matchAll(global)].map(matchDocument);
  }),
};

function regexOperator(
  whenNull: BsonValue,
  evaluate: (regex: RegExp, input: string) => BsonValue,
): OperatorCompiler {
  return (operand, scope, name) => {
    const compiled = namedArguments(operand, scope, {
      names: ['input', 'regex', 'options'],
      required: ['input', 'regex'],
      notObject: (type) => [51103, `${name} expects an object of named arguments but found: ${type}`],
      unknown: (argument) => [31024, `${name} found an unknown argument: ${argument}`],
      missing: (argument) => [
        argument === 'input' ? 31022 : 31023,
        `${name} requires '${argument}' parameter`,
      ],
    });
    const regexOf = regexCache(name);
    return (document) => {
      const input = compiled.input?.(document);
      if (typeof input !== 'string' && !isNullish(input)) {
        throw new MongoServerError(51104, `${name} needs 'input' to be of type string`);
      }
      const regex = regexOf(compiled.regex?.(document), compiled.options?.(document));
      return typeof input === 'string' && regex ? evaluate(regex, input) : whenNull;
    };
  };
}

/** Compiles a pattern once for as long as it stays the same. */
function regexCache(name: string): (pattern: BsonValue, options: BsonValue) => RegExp | undefined {
  let last: { key: string; regex: RegExp } | undefined;
  return (pattern, options) => {
    const source = checkedPattern(pattern, options, name);
    if (!source) return undefined;
    const key = `${source.options}/${source.pattern}`;
    if (last?.key !== key) last = { key, regex: compiled(source.pattern, source.options, name) };
    return last.regex;
  };
}

function compiled(pattern: string, options: string, name: string): RegExp {
  try {
    return compileRegex(pattern, options);
  } catch (error) {
    if (!(error instanceof MongoServerError) || error.code !== 51091) throw error;
    const reason = error.message.replace('Regular expression is invalid: ', '');
    throw new MongoServerError(51111, `Invalid Regex in ${name}: ${reason}`);
  }
}

function checkedPattern(
  pattern: BsonValue,
  options: BsonValue,
  name: string,
): { pattern: string; options: string } | undefined {
  if (!isNullish(pattern) && typeof pattern !== 'string' && !(pattern instanceof BSONRegExp)) {
    throw new MongoServerError(51105, `${name} needs 'regex' to be of type string or regex`);
  }
  if (!isNullish(options) && typeof options !== 'string') {
    throw new MongoServerError(51106, `${name} needs 'options' to be of type string`);
  }
  if (isNullish(pattern)) return undefined;
  if (typeof pattern === 'string') return { pattern, options: options ?? '' };
  if (!isNullish(options) && pattern.options !== '') {
    throw new MongoServerError(
      51107,
      `${name}: found regex option(s) specified in both 'regex' and 'option' fields`,
    );
  }
  return { pattern: pattern.pattern, options: options ?? pattern.options };
}

function matchDocument(match: RegExpExecArray): BsonDocument {
  const before = (match.input as string).slice(0, match.index);
  return new Map<string, BsonValue>([
    ['match', match[0]],
    ['idx', new Int32([...before].length)],
    ['captures', match.slice(1).map((capture: string | undefined) => capture ?? null)],
  ]);
}
