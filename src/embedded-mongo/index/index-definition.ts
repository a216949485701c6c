import { Double, Int32, Long } from 'bson';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { failedToParse, MongoServerError, notImplemented, typeMismatch } from '../errors.ts';

/** One field of an index. */
export interface IndexField {
  path: string;
  components: readonly string[];
  descending: boolean;
}

/** What an index is, as its creator said it; see `IndexState` for what the server learned about it. */
export interface IndexDefinition {
  name: string;
  fields: readonly IndexField[];
  unique: boolean;
  sparse: boolean;
  hidden: boolean;
  partialFilter: BsonDocument | undefined;
  expireAfterSeconds: number | undefined;
  /** The specification as `listIndexes` shows it. */
  spec: BsonDocument;
}

const idIndexName = '_id_';

/** Reads one entry of createIndexes' `indexes`. Throws MongoDB's own refusals. */
export function parseIndexDefinition(given: BsonDocument): IndexDefinition {
  for (const option of given.keys()) checkOption(option, given.get(option));
  const key = given.get('key');
  if (!(key instanceof Map)) {
    throw failedToParse("The 'key' field is a required property of an index specification");
  }
  const fields = parseFields(key);
  const name = given.get('name');
  if (typeof name !== 'string') {
    throw failedToParse("The 'name' field is a required property of an index specification");
  }
  if (name === '') throw cannotCreate('index name cannot be empty');
  const partialFilter = given.get('partialFilterExpression');
  if (partialFilter !== undefined && !(partialFilter instanceof Map)) {
    throw typeMismatch("The field 'partialFilterExpression' must be an object");
  }
  const sparse = isTrue(given.get('sparse'));
  if (sparse && partialFilter !== undefined) {
    throw cannotCreate('cannot mix "partialFilterExpression" and "sparse" options');
  }
  const isId = fields.length === 1 && fields[0]?.path === '_id';
  const definition: IndexDefinition = {
    name: isId ? idIndexName : name,
    fields,
    unique: isId || isTrue(given.get('unique')),
    sparse,
    hidden: isTrue(given.get('hidden')),
    partialFilter,
    expireAfterSeconds: parseExpiry(given.get('expireAfterSeconds'), fields),
    spec: new Map(),
  };
  definition.spec = specOf(given, definition);
  return definition;
}

/** The index that every collection has. */
export function idIndexDefinition(): IndexDefinition {
  return parseIndexDefinition(
    new Map<string, BsonValue>([
      ['key', new Map([['_id', new Int32(1)]])],
      ['name', idIndexName],
    ]),
  );
}

const plainOptions = new Set([
  'key',
  'name',
  'v',
  'ns',
  'unique',
  'sparse',
  'hidden',
  'background',
  'partialFilterExpression',
  'expireAfterSeconds',
]);

function checkOption(option: string, value: BsonValue): void {
  if (plainOptions.has(option)) return;
  if (option === 'collation') {
    const simple = value instanceof Map && value.get('locale') === 'simple';
    if (simple) return;
    throw notImplemented("The index option 'collation'");
  }
  if (
    [
      'weights',
      'default_language',
      'language_override',
      'textIndexVersion',
      '2dsphereIndexVersion',
      'bits',
    ].includes(option) ||
    ['min', 'max', 'wildcardProjection', 'storageEngine', 'prepareUnique', 'clustered', 'dropDups'].includes(
      option,
    )
  ) {
    throw notImplemented(`The index option '${option}'`);
  }
  throw new MongoServerError(
    197,
    `The field '${option}' is not valid for an index specification. Specification: ${option}`,
  );
}

function parseFields(key: BsonDocument): IndexField[] {
  if (key.size === 0) throw cannotCreate('Index keys cannot be an empty object');
  if (key.size > 32) throw cannotCreate('Index key pattern too large: more than 32 fields');
  const fields: IndexField[] = [];
  for (const [path, direction] of key) {
    const components = path.split('.');
    if (path === '' || components.includes('')) {
      throw cannotCreate(
        `Index key contains an illegal field name: an empty field name or path part ('${path}')`,
      );
    }
    if (components.some((part) => part === '$**')) throw notImplemented('A wildcard index');
    if (components.some((part) => part.startsWith('$'))) {
      throw cannotCreate(`Index key contains an illegal field name: field name starts with '$'. (${path})`);
    }
    fields.push({ path, components, descending: directionOf(path, direction) < 0 });
  }
  return fields;
}

function directionOf(path: string, direction: BsonValue): number {
  if (typeof direction === 'string') {
    if (['text', '2d', '2dsphere', 'hashed', 'columnstore'].includes(direction)) {
      throw notImplemented(`An index of type '${direction}'`);
    }
    throw cannotCreate(`Unknown index plugin '${direction}'`);
  }
  const number =
    direction instanceof Int32 || direction instanceof Double
      ? direction.value
      : direction instanceof Long
        ? direction.toNumber()
        : Number.NaN;
  if (Number.isNaN(number) || number === 0) {
    throw cannotCreate(
      `Values in v:2 index key pattern cannot be of this type or zero. Only numbers > 0, numbers < 0, and strings are allowed. (${path})`,
    );
  }
  return number;
}

function parseExpiry(value: BsonValue, fields: IndexField[]): number | undefined {
  if (value === undefined) return undefined;
  const seconds =
    value instanceof Int32 || value instanceof Double
      ? value.value
      : value instanceof Long
        ? value.toNumber()
        : Number.NaN;
  if (Number.isNaN(seconds) || seconds < 0 || seconds > 2_147_483_647) {
    throw cannotCreate(
      'TTL index expireAfterSeconds option must be within an acceptable range, 0 to 2147483647',
    );
  }
  if (fields.length > 1)
    throw cannotCreate('TTL indexes are single-field indexes, compound indexes do not support TTL');
  if (fields[0]?.path === '_id') {
    throw new MongoServerError(
      197,
      "The field 'expireAfterSeconds' is not valid for an _id index specification",
    );
  }
  return seconds;
}

function specOf(given: BsonDocument, definition: IndexDefinition): BsonDocument {
  const spec: BsonDocument = new Map<string, BsonValue>([
    ['v', new Int32(2)],
    ['key', given.get('key') ?? null],
    ['name', definition.name],
  ]);
  if (definition.unique && definition.name !== idIndexName) spec.set('unique', true);
  for (const option of ['sparse', 'hidden'] as const) if (definition[option]) spec.set(option, true);
  if (definition.partialFilter) spec.set('partialFilterExpression', definition.partialFilter);
  if (definition.expireAfterSeconds !== undefined) {
    spec.set('expireAfterSeconds', given.get('expireAfterSeconds') ?? null);
  }
  return spec;
}

function isTrue(value: BsonValue): boolean {
  if (value instanceof Int32 || value instanceof Double) return value.value !== 0;
  if (value instanceof Long) return !value.isZero();
  return value === true;
}

function cannotCreate(message: string): MongoServerError {
  return new MongoServerError(67, message);
}
