import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { failedToParse } from '../errors.ts';
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
    const test = compileFilter(filter, context);
    const identifier = identifierOf(filter);
    if (compiled.has(identifier)) {
      throw failedToParse(`Found multiple array filters with the same top-level field name ${identifier}`);
    }
    compiled.set(identifier, (element) => test(new Map([[identifier, element]])));
  }
  return compiled;
}

function identifierOf(filter: BsonDocument): string {
  const identifiers = new Set<string>();
  collectIdentifiers(filter, identifiers);
  const [first, second] = identifiers;
  if (first === undefined) {
    throw failedToParse('Cannot use an expression without a top-level field name in arrayFilters');
  }
  if (second !== undefined) {
    throw failedToParse(
      `Error parsing array filter :: caused by :: Expected a single top-level field name, found '${first}' and '${second}'`,
    );
  }
  if (!/^[a-z][a-zA-Z0-9]*$/.test(first)) {
    throw failedToParse(
      `Error parsing array filter :: caused by :: The top-level field name must be an alphanumeric string beginning with a lowercase letter, found '${first}'`,
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
