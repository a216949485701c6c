import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { badValue, failedToParse, MongoServerError } from '../errors.ts';
import { compileFilter } from '../query/compile-filter.ts';
import type { QueryContext } from '../query/context.ts';

/** Tests of array elements by the identifier that `$[identifier]` names. */
export type ArrayFilters = ReadonlyMap<string, (element: BsonValue) => boolean>;

/** Compiles `arrayFilters`; each filter's top-level field names must begin with one identifier. */
export function compileArrayFilters(filters: readonly BsonValue[], context: QueryContext): ArrayFilters {
  const compiled = new Map<string, (element: BsonValue) => boolean>();
  for (const filter of filters) {
    if (!(filter instanceof Map)) {
      throw failedToParse('Error parsing array filter :: caused by :: array filters must be objects');
    }
    const { test, identifier } = naming(() => ({
      test: compileFilter(filter, context),
      identifier: identifierOf(filter),
    }));
    if (identifier === undefined) {
      throw failedToParse('Cannot use an expression without a top-level field name in arrayFilters');
    }
    if (compiled.has(identifier)) {
      throw failedToParse(`Found multiple array filters with the same top-level field name ${identifier}`);
    }
    compiled.set(identifier, (element) => test(new Map([[identifier, element]])));
  }
  return compiled;
}

/** Runs the parser and says in its errors what was parsed, as MongoDB does. */
function naming<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof MongoServerError)) throw error;
    throw new MongoServerError(error.code, `Error parsing array filter :: caused by :: ${error.message}`);
  }
}

function identifierOf(filter: BsonDocument): string | undefined {
  const identifiers = new Set<string>();
  collectIdentifiers(filter, identifiers);
  const [first, second] = identifiers;
  if (first === undefined) return undefined;
  if (second !== undefined) {
    throw failedToParse(`Expected a single top-level field name, found '${first}' and '${second}'`);
  }
  if (!/^[a-z][a-zA-Z0-9]*$/.test(first)) {
    throw badValue(
      `The top-level field name must be an alphanumeric string beginning with a lowercase letter, found '${first}'`,
    );
  }
  return first;
}

function collectIdentifiers(filter: BsonDocument, identifiers: Set<string>): void {
  for (const [name, value] of filter) {
    if (name === '$and' || name === '$or' || name === '$nor') {
      for (const branch of value as BsonDocument[]) collectIdentifiers(branch, identifiers);
    } else if (!name.startsWith('$')) {
      identifiers.add(name.split('.')[0] as string);
    }
  }
}
