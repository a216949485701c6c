import { BSONRegExp } from 'bson';
import { elementToText } from '../../bson/to-text.ts';
import { typeNameOf } from '../../bson/type-names.ts';
import type { BsonDocument, BsonValue } from '../../bson/value.ts';
import { ValueMap } from '../../bson/value-map.ts';
import { failedToParse } from '../../errors.ts';
import type { VariableCell } from '../../query/context.ts';
import { missing } from '../../query/missing.ts';
import { type FieldPath, parsePath, visitPath } from '../../query/paths.ts';
import { compileExpression } from '../expressions/compile-expression.ts';
import type { Expression } from '../expressions/expression.ts';
import { checkedParts, checkVariableName } from '../expressions/field-path.ts';
import type { PipelineContext, Stage, StageTools } from '../stage.ts';
import { indexableFilter } from './lookup-filter.ts';
import { withValueAt } from './unwind.ts';

interface LookupSpec {
  from: string;
  as: string[];
  join: { local: string[]; foreign: FieldPath } | undefined;
  variables: BsonDocument;
  pipeline: BsonValue[];
}

/** `$lookup`: puts the matching documents of another collection into an array; both forms, alone or together. */
export function compileLookup(spec: BsonValue, { context, compilePipeline }: StageTools): Stage {
  const { from, as, join, variables, pipeline } = parse(spec);
  const cells = new Map<string, VariableCell>();
  const bindings = [...variables].map(([name, value]): [VariableCell, Expression] => {
    checkVariableName(name);
    const cell: VariableCell = { value: undefined };
    cells.set(name, cell);
    return [cell, compileExpression(value, context)];
  });
  const innerContext: PipelineContext = { ...context, let: new Map([...(context.let ?? []), ...cells]) };
  const stages = compilePipeline(pipeline, innerContext);
  const pipelineFilter = indexableFilter(pipeline, innerContext);
  return {
    name: '$lookup',
    *run(input) {
      const readJoined = join && joinReader(from, join, context);
      for (const document of input) {
        for (const [cell, expression] of bindings) cell.value = expression(document);
        const found = readJoined
          ? readJoined(document)
          : context.readCollection(from, pipelineFilter(), innerContext.let);
        // Taken whole before the next document: the inner pipeline reads this document's variables.
        const results = [...stages.reduce((current, stage) => stage.run(current), found)];
        yield withValueAt(document, as, 0, results);
      }
    },
  };
}

function joinReader(
  from: string,
  { local, foreign }: { local: string[]; foreign: FieldPath },
  context: PipelineContext,
): (document: BsonDocument) => Iterable<BsonDocument> {
  const canSeek = context.canSeek?.(from, foreign.text) ?? true;
  if (canSeek) {
    return (document) => {
      const values = localValues(document, local);
      return context.readCollection(from, equalToAny(foreign.text, values));
    };
  }
  let joined: ((values: BsonValue[]) => BsonDocument[]) | undefined;
  return (document) => {
    joined ??= hashJoin(context.readCollection(from), foreign, context);
    return joined(localValues(document, local));
  };
}

/** A regular expression within `$in` would match text, and here it shall equal a stored one. */
function equalToAny(field: string, values: BsonValue[]): BsonDocument {
  const equal = (value: BsonValue): BsonDocument => new Map([[field, new Map([['$eq', value]])]]);
  if (values.length === 1) return equal(values[0]);
  if (values.some((value) => value instanceof BSONRegExp)) return new Map([['$or', values.map(equal)]]);
  return new Map([[field, new Map([['$in', values]])]]);
}

/** Reads the other collection once, by the values that its field has for a query. */
function hashJoin(
  documents: Iterable<BsonDocument>,
  foreign: FieldPath,
  context: PipelineContext,
): (values: BsonValue[]) => BsonDocument[] {
  const all: BsonDocument[] = [];
  const places = new ValueMap<number[]>(context.collation);
  for (const document of documents) {
    const place = all.push(document) - 1;
    visitPath(document, foreign, (element) => {
      const value = element === missing || element === undefined ? null : element;
      const found = places.get(value);
      if (!found) places.set(value, [place]);
      else if (found[found.length - 1] !== place) found.push(place);
      return false;
    });
  }
  return (values) => {
    const [first] = values;
    if (values.length === 1) return (places.get(first) ?? []).map((place) => all[place] as BsonDocument);
    const found = new Set(values.flatMap((value) => places.get(value) ?? []));
    return [...found].sort((a, b) => a - b).map((place) => all[place] as BsonDocument);
  };
}

/** The values to join on: of an array each element; null when there is none. */
function localValues(document: BsonDocument, path: string[]): BsonValue[] {
  const values: BsonValue[] = [];
  collectValues(document, path, 0, values);
  return values.length === 0 ? [null] : values;
}

function collectValues(value: BsonValue, path: string[], at: number, values: BsonValue[]): void {
  if (at === path.length) {
    if (Array.isArray(value)) values.push(...value.filter((element) => element !== undefined));
    else if (value !== undefined) values.push(value);
    return;
  }
  const name = path[at] as string;
  if (value instanceof Map) collectValues(value.get(name), path, at + 1, values);
  else if (Array.isArray(value)) {
    if (/^\d+$/.test(name)) collectValues(value[Number(name)], path, at + 1, values);
    for (const element of value) if (element instanceof Map) collectValues(element, path, at, values);
  }
}

function parse(spec: BsonValue): LookupSpec {
  if (!(spec instanceof Map)) {
    throw failedToParse(`the $lookup specification must be an Object, but found ${typeNameOf(spec)}`);
  }
  const texts = new Map<string, string>();
  let pipeline: BsonValue[] | undefined;
  let variables: BsonDocument = new Map();
  for (const [name, value] of spec) {
    if (name === 'pipeline') {
      if (!Array.isArray(value)) throw failedToParse(argumentMessage(name, value, 'an array'));
      pipeline = value;
    } else if (name === 'let') {
      if (!(value instanceof Map)) throw failedToParse(argumentMessage(name, value, 'an object'));
      variables = value;
    } else if (stringArguments.has(name)) {
      if (typeof value !== 'string') throw failedToParse(argumentMessage(name, value, 'a string'));
      texts.set(name, value);
    } else {
      throw failedToParse(`unknown argument to $lookup: ${name}`);
    }
  }
  return assemble(texts, pipeline, variables);
}

const stringArguments = new Set(['from', 'as', 'localField', 'foreignField']);

function argumentMessage(name: string, value: BsonValue, wanted: string): string {
  const text = elementToText(name, value);
  return `$lookup argument '${text}' must be ${wanted}, found ${text} of type ${typeNameOf(value)}`;
}

function assemble(
  texts: Map<string, string>,
  pipeline: BsonValue[] | undefined,
  variables: BsonDocument,
): LookupSpec {
  const from = texts.get('from');
  const as = texts.get('as');
  const local = texts.get('localField');
  const foreign = texts.get('foreignField');
  if (from === undefined) throw failedToParse("must specify 'from' field for a $lookup");
  if (as === undefined) throw failedToParse("must specify 'as' field for a $lookup");
  if ((local === undefined) !== (foreign === undefined)) {
    throw failedToParse(
      pipeline
        ? "$lookup requires both or neither of 'localField' and 'foreignField' to be specified"
        : "$lookup requires either 'pipeline' or both 'localField' and 'foreignField' to be specified",
    );
  }
  if (!pipeline && local === undefined) {
    throw failedToParse(
      "$lookup requires either 'pipeline' or both 'localField' and 'foreignField' to be specified",
    );
  }
  if (!pipeline && variables.size > 0) {
    throw failedToParse("$lookup with a 'let' argument must also specify 'pipeline'");
  }
  const join =
    local === undefined || foreign === undefined
      ? undefined
      : { local: checkedParts(local), foreign: parsePath(checkedParts(foreign).join('.')) };
  return { from, as: checkedParts(as), join, variables, pipeline: pipeline ?? [] };
}
