import { compileExpression, isExpressionOperator } from '../aggregate/expressions/compile-expression.ts';
import { checkedParts } from '../aggregate/expressions/field-path.ts';
import { isNumber } from '../bson/numbers.ts';
import { documentToText, elementToText } from '../bson/to-text.ts';
import { isTruthy } from '../bson/truth.ts';
import { typeNameOf } from '../bson/type-names.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { invalidPipelineOperator, MongoServerError } from '../errors.ts';
import type { QueryContext } from './context.ts';
import {
  compileElemMatchProjection,
  type FindTransform,
  parsePositional,
  parseSlice,
} from './projection-operators.ts';
import { type ProjectionField, ProjectionNode } from './projection-tree.ts';

/** A projection as parsed: its tree, its kind, and what `$slice` and the positional operator do afterwards. */
export interface ParsedProjection {
  kind: 'inclusion' | 'exclusion';
  tree: ProjectionNode;
  transforms: FindTransform[];
}

/** `find` allows `$slice`, `$elemMatch` and the positional operator as queries know them; the filter serves the latter. */
export interface ProjectionMode {
  find: boolean;
  filter?: BsonDocument | undefined;
}

/** Parses a projection by MongoDB's rules for mixing inclusion, exclusion and computed fields. */
export function parseProjection(
  spec: BsonDocument,
  context: QueryContext,
  mode: ProjectionMode,
): ParsedProjection {
  return new ProjectionParser(context, mode).parse(spec);
}

class ProjectionParser {
  readonly #context: QueryContext;
  readonly #mode: ProjectionMode;
  readonly #root = new ProjectionNode();
  readonly #transforms: FindTransform[] = [];
  #kind: 'inclusion' | 'exclusion' | undefined;
  #idSpecified = false;
  #idIncluded = false;
  #hasPositional = false;
  #hasElemMatch = false;
  #hasSlice = false;

  constructor(context: QueryContext, mode: ProjectionMode) {
    this.#context = context;
    this.#mode = mode;
  }

  parse(spec: BsonDocument): ParsedProjection {
    for (const [name, value] of spec) {
      this.#idSpecified ||= name === '_id' || name.startsWith('_id.');
      this.#element(name, value, this.#root, '');
    }
    const kind = this.#kind ?? this.#defaultKind();
    if (kind === 'inclusion' && !this.#idSpecified) {
      // The document's own order decides where _id comes out, so its place in the tree does not matter.
      this.#root.fields.set('_id', 'include');
    }
    if (kind === 'exclusion' && this.#idIncluded) this.#root.fields.delete('_id');
    markComputed(this.#root);
    return { kind, tree: this.#root, transforms: this.#transforms };
  }

  #defaultKind(): 'inclusion' | 'exclusion' {
    if (this.#hasSlice) return this.#idIncluded ? 'inclusion' : 'exclusion';
    return this.#hasElemMatch || this.#idIncluded ? 'inclusion' : 'exclusion';
  }

  #element(name: string, value: BsonValue, parent: ProjectionNode, prefix: string): void {
    const isPositional = name.endsWith('.$');
    if (isPositional && !this.#mode.find) {
      throw new MongoServerError(31324, 'Cannot use positional projection in aggregation projection');
    }
    if (name.includes('.$.')) {
      throw new MongoServerError(
        31394,
        "As of 4.4, it's illegal to specify positional operator in the middle of a path.Positional projection may only be used at the end, for example: a.b.$. If the query previously used a form like a.b.$.d, remove the parts following the '$' and the results will be equivalent.",
      );
    }
    if (value instanceof Map) {
      if (isPositional) {
        throw new MongoServerError(
          31271,
          'positional projection cannot be used with an expression or sub object',
        );
      }
      this.#object(name, value, parent, prefix);
    } else if (typeof value === 'boolean' || isNumber(value)) {
      if (isTruthy(value) && isPositional) this.#positional(name, prefix);
      else if (isPositional) {
        throw new MongoServerError(31395, 'positional projection cannot be used with exclusion');
      } else if (!isTruthy(value)) this.#exclude(name, parent);
      else this.#include(name, parent);
    } else {
      if (isPositional) {
        throw new MongoServerError(31308, 'positional projection cannot be used with a literal');
      }
      this.#literal(name, value, parent);
    }
  }

  #include(name: string, parent: ProjectionNode): void {
    addField(parent, checkedParts(name), 'include');
    if (name === '_id' && parent === this.#root) this.#idIncluded = true;
    else this.#requireInclusion(name);
  }

  #requireInclusion(name: string): void {
    if (this.#kind === 'exclusion') {
      throw new MongoServerError(31253, `Cannot do inclusion on field ${name} in exclusion projection`);
    }
    this.#kind = 'inclusion';
  }

  #exclude(name: string, parent: ProjectionNode): void {
    addField(parent, checkedParts(name), 'exclude');
    if (name === '_id' && parent === this.#root) return;
    if (this.#kind === 'inclusion') {
      throw new MongoServerError(31254, `Cannot do exclusion on field ${name} in inclusion projection`);
    }
    this.#kind = 'exclusion';
  }

  #literal(name: string, value: BsonValue, parent: ProjectionNode): void {
    addField(parent, checkedParts(name), compileExpression(value, this.#context));
    if (this.#kind === 'exclusion') {
      throw new MongoServerError(
        31310,
        `Cannot use an expression ${elementToText(name, value)} in an exclusion projection`,
      );
    }
    this.#kind = 'inclusion';
  }

  #positional(name: string, prefix: string): void {
    if (this.#hasPositional) {
      throw new MongoServerError(31276, 'Cannot specify more than one positional projection per query.');
    }
    if (this.#hasElemMatch) {
      throw new MongoServerError(31256, 'Cannot specify positional operator and $elemMatch.');
    }
    const { path, transform } = parsePositional(name, prefix, this.#mode.filter, this.#context);
    addField(this.#root, checkedParts(path), 'include');
    this.#transforms.push(transform);
    this.#hasPositional = true;
    this.#requireInclusion(name);
  }

  #object(name: string, value: BsonDocument, parent: ProjectionNode, prefix: string): void {
    checkedParts(name);
    const operator = value.size === 1 ? (value.keys().next().value as string) : '';
    if (operator.startsWith('$')) {
      if (this.#operator(name, operator, value, parent, prefix)) return;
      throw new MongoServerError(31325, `Unknown expression ${operator}`);
    }
    if (value.size === 0) {
      throw new MongoServerError(
        51270,
        `An empty sub-projection is not a valid value. Found empty object at path`,
      );
    }
    const node = nodeAt(parent, checkedParts(name), name);
    for (const [inner, innerValue] of value) this.#element(inner, innerValue, node, joined(prefix, name));
  }

  /** Answers whether the object was an operator. */
  #operator(
    name: string,
    operator: string,
    value: BsonDocument,
    parent: ProjectionNode,
    prefix: string,
  ): boolean {
    if (operator === '$elemMatch') {
      this.#elemMatch(name, value, parent);
      return true;
    }
    if (operator === '$slice' && this.#mode.find) {
      const slice = parseSlice(joined(prefix, name), value.get('$slice'));
      if ('transform' in slice) {
        addField(parent, checkedParts(name), 'include');
        this.#transforms.push(slice.transform);
        this.#hasSlice = true;
        return true;
      }
      if (!Array.isArray(value.get('$slice'))) throw invalidSlice(value, slice.error);
    }
    if (!isExpressionOperator(operator)) return false;
    if (this.#kind === 'exclusion') {
      throw new MongoServerError(31252, 'Cannot use expression other than $meta in exclusion projection');
    }
    this.#kind = 'inclusion';
    addField(parent, checkedParts(name), compileExpression(value, this.#context));
    return true;
  }

  #elemMatch(name: string, value: BsonDocument, parent: ProjectionNode): void {
    if (!this.#mode.find) throw invalidPipelineOperator('Cannot use $elemMatch in this context');
    const operand = value.get('$elemMatch');
    if (!(operand instanceof Map)) {
      throw new MongoServerError(
        31274,
        `elemMatch: Invalid argument, object required, but got ${typeNameOf(operand)}`,
      );
    }
    if (this.#hasPositional) {
      throw new MongoServerError(31255, 'Cannot specify positional operator and $elemMatch.');
    }
    if (name.includes('.') || parent !== this.#root) {
      throw new MongoServerError(31275, 'Cannot use $elemMatch projection on a nested field.');
    }
    addField(parent, [name], compileElemMatchProjection(name, value, this.#context));
    this.#hasElemMatch = true;
  }
}

function invalidSlice(spec: BsonDocument, error: MongoServerError): MongoServerError {
  return new MongoServerError(
    28667,
    `Invalid $slice syntax. The given syntax ${documentToText(spec)} did not match the find() syntax because :: ${error.codeName}: ${error.message} :: The given syntax did not match the expression $slice syntax. :: caused by :: Expression $slice takes at least 2 arguments, and at most 3, but 1 were passed in.`,
  );
}

function joined(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}.${name}`;
}

/** Adds a field at the end of a path, refusing paths that contain each other (31249, 31250). */
export function addField(
  root: ProjectionNode,
  parts: string[],
  field: Exclude<ProjectionField, ProjectionNode>,
): void {
  const parent = parts.length === 1 ? root : nodeAt(root, parts.slice(0, -1), parts.join('.'));
  const last = parts[parts.length - 1] as string;
  if (parent.fields.has(last)) throw new MongoServerError(31250, `Path collision at ${parts.join('.')}`);
  parent.fields.set(last, field);
}

/** The inner level at a path, made when it is not there. */
export function nodeAt(root: ProjectionNode, parts: string[], fullPath: string): ProjectionNode {
  let node = root;
  parts.forEach((part, index) => {
    if (!node.fields.has(part)) node.fields.set(part, new ProjectionNode());
    const child = node.child(part);
    if (!child) {
      const rest = fullPath
        .split('.')
        .slice(index + 1)
        .join('.');
      throw rest === ''
        ? new MongoServerError(31250, `Path collision at ${fullPath}`)
        : new MongoServerError(31249, `Path collision at ${fullPath} remaining portion ${rest}`);
    }
    node = child;
  });
  return node;
}

/** Notes on every level whether something below it is computed. */
export function markComputed(node: ProjectionNode): boolean {
  for (const field of node.fields.values()) {
    const computed = field instanceof ProjectionNode ? markComputed(field) : typeof field === 'function';
    node.hasComputed ||= computed;
  }
  return node.hasComputed;
}
