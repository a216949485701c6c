import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  type Document,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
  UUID,
} from 'mongodb';

type Fields = ReadonlyMap<string, unknown>;

/**
 * True when these fields stand for one value of a BSON type, `{"$oid": "…"}` for instance. (A reference,
 * `{"$ref": …, "$id": …}`, does not: it is stored as a document of just these fields.)
 */
export function isTypeWrapper(fields: Fields): boolean {
  for (const name of fields.keys()) {
    if (name.startsWith('$') && name in readers) return true;
  }
  return false;
}

/**
 * The value that a wrapper stands for: extended JSON version 2, canonical and relaxed, and version 1 as older
 * mongoexports and PyMongo write it (`{"$date": 1700000000000}`, `{"$binary": "…", "$type": "00"}`).
 * @throws Error saying why there is no such value
 * @see https://github.com/mongodb/specifications/blob/master/source/extended-json/extended-json.md
 */
export function readTypeWrapper(fields: Fields): unknown {
  for (const [name, { beside = [], read }] of Object.entries(readers)) {
    if (!fields.has(name)) continue;
    for (const other of fields.keys()) {
      if (other !== name && !beside.includes(other)) {
        throw new Error(`${name} stands beside another field (${JSON.stringify(other)})`);
      }
    }
    return read(fields.get(name), fields);
  }
  throw new Error('a type is unknown');
}

type Reader = { beside?: readonly string[]; read: (value: unknown, fields: Fields) => unknown };

// The order matters where one name stands beside another: $code before $scope, $binary before $type.
const readers: Record<string, Reader> = Object.assign(Object.create(null), {
  $oid: { read: (value) => new ObjectId(matching('$oid', value, /^[0-9a-f]{24}$/i)) },
  $date: { read: readDate },
  $numberInt: { read: (value) => new Int32(Number(readInteger('$numberInt', value, 32n))) },
  $numberLong: { read: (value) => Long.fromBigInt(readInteger('$numberLong', value, 64n)) },
  $numberDouble: { read: readDouble },
  $numberDecimal: { read: (value) => Decimal128.fromString(textOf('$numberDecimal', value)) },
  $uuid: { read: (value) => new UUID(textOf('$uuid', value)) },
  $binary: { beside: ['$type'], read: readBinary },
  $regularExpression: { read: readRegularExpression },
  $regex: {
    beside: ['$options'],
    read: (value, fields) => regularExpression(value, fields.get('$options') ?? ''),
  },
  $timestamp: { read: readTimestamp },
  $symbol: { read: (value) => new BSONSymbol(textOf('$symbol', value)) },
  $code: { beside: ['$scope'], read: readCode },
  $minKey: { read: () => new MinKey() },
  $maxKey: { read: () => new MaxKey() },
  $undefined: {
    read: () => refuse('the type undefined is withdrawn: the driver would store null instead'),
  },
  $dbPointer: {
    read: () => refuse('the type DBPointer is withdrawn: the driver would store a document instead'),
  },
} satisfies Record<string, Reader>);

const ISO_DATE = /^([+-]?\d{4,6})-(\d\d)-(\d\d)(?:T\d\d:\d\d(?::\d\d(?:[.]\d+)?)?(?:Z|[+-]\d\d:?\d\d))?$/;

function readDate(value: unknown): Date {
  const date = new Date(readMilliseconds(value));
  if (Number.isNaN(date.getTime())) return refuse(`$date is no date: ${JSON.stringify(value)}`);
  return date;
}

function readMilliseconds(value: unknown): number {
  if (value instanceof Long) return value.toNumber();
  if (value instanceof Int32 || value instanceof Double) return value.value;
  // Without a zone JavaScript would take the time of this machine.
  const text = matching('$date', value, ISO_DATE);
  const [, year, month, day] = ISO_DATE.exec(text) ?? [];
  // Date.parse makes the 2nd of March out of the 30th of February.
  const daysInMonth = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  return Number(day) > daysInMonth ? Number.NaN : Date.parse(text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
}

/** The digits of a whole number, given as text or (some exporters) bare. */
function readInteger(name: string, value: unknown, bits: bigint): bigint {
  const digits = value instanceof Int32 || value instanceof Long ? value.toString() : value;
  const exact = BigInt(matching(name, digits, /^-?\d+$/));
  if (BigInt.asIntN(Number(bits), exact) !== exact) return refuse(`${name} is out of range: ${exact}`);
  return exact;
}

function readDouble(value: unknown): Double {
  if (value instanceof Int32 || value instanceof Double) return new Double(value.value);
  const text = matching('$numberDouble', value, /^(NaN|-?Infinity|[+-]?(\d+[.]?\d*|[.]\d+)(e[+-]?\d+)?)$/i);
  return new Double(Number(text));
}

function readBinary(value: unknown, fields: Fields): Binary {
  const { base64, subType } =
    typeof value === 'string'
      ? { base64: value, subType: fields.get('$type') }
      : documentOf('$binary', value);
  const base = matching(
    '$binary',
    base64,
    /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/,
  );
  const kind = subType instanceof Int32 ? subType.value.toString(16) : subType;
  return new Binary(
    Buffer.from(base, 'base64'),
    Number.parseInt(matching('subType of $binary', kind, /^[0-9a-f]{1,2}$/i), 16),
  );
}

function readRegularExpression(value: unknown): BSONRegExp {
  const { pattern, options } = documentOf('$regularExpression', value);
  return regularExpression(pattern, options);
}

function regularExpression(pattern: unknown, options: unknown): BSONRegExp {
  // BSON keeps the options in alphabetical order.
  const sorted = [...textOf('the options of a pattern', options)].sort().join('');
  return new BSONRegExp(textOf('a pattern', pattern), sorted);
}

function readTimestamp(value: unknown): Timestamp {
  const { t, i } = documentOf('$timestamp', value);
  const unsigned = (part: unknown): number => {
    const number = Number(part instanceof Int32 || part instanceof Long ? part.toString() : Number.NaN);
    if (!(number >= 0 && number <= 4_294_967_295))
      return refuse('$timestamp needs t and i, whole numbers of 32 bits');
    return number;
  };
  return new Timestamp({ t: unsigned(t), i: unsigned(i) });
}

function readCode(value: unknown, fields: Fields): Code {
  const code = textOf('$code', value);
  return fields.has('$scope') ? new Code(code, documentOf('$scope', fields.get('$scope'))) : new Code(code);
}

function documentOf(name: string, value: unknown): Document {
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) {
    return refuse(`${name} needs a document`);
  }
  return value;
}

function textOf(name: string, value: unknown): string {
  return typeof value === 'string' ? value : refuse(`${name} needs a text`);
}

function matching(name: string, value: unknown, pattern: RegExp): string {
  const text = textOf(name, value);
  return pattern.test(text) ? text : refuse(`${name} cannot be ${JSON.stringify(text.slice(0, 60))}`);
}

function refuse(reason: string): never {
  throw new Error(reason);
}
