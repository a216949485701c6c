import { documentToText, elementToText } from '../bson/to-text.ts';
import { typeNameOf } from '../bson/type-names.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { badValue, failedToParse, MongoServerError } from '../errors.ts';
import type { QueryContext } from '../query/context.ts';
import { type ArrayFilters, compileArrayFilters } from './array-filters.ts';
import { arrayOperators } from './array-operators.ts';
import { DocumentEditor } from './document-editor.ts';
import { fieldOperators } from './field-operators.ts';
import { type LeafCompiler, type LeafOperator, removed, unchanged } from './leaf-operator.ts';
import { applyRename, parseRename } from './rename.ts';
import type { UpdateResult } from './update-result.ts';
import {
  type ArrayNode,
  addToTree,
  compareFieldNames,
  mergeNodes,
  type ObjectNode,
  objectNode,
  type UpdateNode,
} from './update-tree.ts';

const leafCompilers: Readonly<Record<string, LeafCompiler>> = { ...fieldOperators, ...arrayOperators };

/** Compiles an update of operators (`$set`, `$inc`, ...). */
export function compileModifiers(
  update: BsonDocument,
  arrayFilters: readonly BsonValue[],
  context: QueryContext,
): { apply(document: BsonDocument, arrayIndex?: number, isInsert?: boolean): UpdateResult } {
  const filters = compileArrayFilters(arrayFilters, context);
  const root = objectNode();
  for (const [operator, fields] of update) addModifier(root, operator, fields, filters, context);
  refuseUnusedFilters(update, filters);
  return {
    apply: (document, arrayIndex, isInsert = false) => {
      const run = new ModifierRun(new DocumentEditor(document), filters, context, arrayIndex, isInsert);
      run.applyObject(root, []);
      return run.isModified ? { document: run.editor.root, modified: true } : { document, modified: false };
    },
  };
}

function addModifier(
  root: ObjectNode,
  operator: string,
  fields: BsonValue,
  filters: ArrayFilters,
  context: QueryContext,
): void {
  const compile = Object.hasOwn(leafCompilers, operator) ? leafCompilers[operator] : undefined;
  if (!compile && operator !== '$rename') {
    throw failedToParse(
      `Unknown modifier: ${operator}. Expected a valid update modifier or pipeline-style update specified as an array`,
    );
  }
  if (!(fields instanceof Map)) {
    throw failedToParse(
      `Modifiers operate on fields but we found type ${typeNameOf(fields)} instead. For example: {$mod: {<field>: ...}} not {${elementToText(operator, fields)}}`,
    );
  }
  for (const [field, operand] of fields) {
    if (compile) {
      const leaf: UpdateNode = { kind: 'leaf', operator: compile(operand, field, context) };
      addToTree(root, field.split('.'), leaf, filters);
    } else {
      const { from, to } = parseRename(field, operand);
      addToTree(root, from, { kind: 'placeholder' }, filters);
      addToTree(root, to, { kind: 'rename', rename: { from } }, filters);
    }
  }
}

function refuseUnusedFilters(update: BsonDocument, filters: ArrayFilters): void {
  const paths = [...update.values()].flatMap((fields) => (fields instanceof Map ? [...fields.keys()] : []));
  for (const identifier of filters.keys()) {
    if (paths.some((path) => path.split('.').includes(`$[${identifier}]`))) continue;
    throw failedToParse(
      `The array filter for identifier '${identifier}' was not used in the update ${documentToText(update)}`,
    );
  }
}

/** One application of the tree to one document. */
class ModifierRun {
  readonly editor: DocumentEditor;
  isModified = false;
  readonly #filters: ArrayFilters;
  readonly #context: QueryContext;
  readonly #arrayIndex: number | undefined;
  readonly #isInsert: boolean;
  readonly #hadId: boolean;

  constructor(
    editor: DocumentEditor,
    filters: ArrayFilters,
    context: QueryContext,
    arrayIndex: number | undefined,
    isInsert: boolean,
  ) {
    this.editor = editor;
    this.#filters = filters;
    this.#context = context;
    this.#arrayIndex = arrayIndex;
    this.#isInsert = isInsert;
    this.#hadId = editor.root.has('_id');
  }

  applyObject(node: ObjectNode, path: readonly string[]): void {
    const children = new Map(node.children);
    if (node.positional) {
      if (this.#arrayIndex === undefined) {
        throw badValue('The positional operator did not find the match needed from the query.');
      }
      const name = String(this.#arrayIndex);
      const other = children.get(name);
      children.set(name, other ? mergeNodes(other, node.positional, [...path, name]) : node.positional);
    }
    const names = [...children.keys()].sort(compareFieldNames);
    for (const name of names) this.#apply(children.get(name) as UpdateNode, [...path, name]);
  }

  #apply(node: UpdateNode, path: readonly string[]): void {
    if (node.kind === 'object') this.applyObject(node, path);
    else if (node.kind === 'array') this.#applyArray(node, path);
    else if (node.kind === 'leaf') this.#applyLeaf(node.operator, path);
    else if (node.kind === 'rename') this.#applyRename(node.rename.from, path);
  }

  #applyArray(node: ArrayNode, path: readonly string[]): void {
    const found = this.editor.find(path);
    if (!found.exists) {
      throw badValue(
        `The path '${path.join('.')}' must exist in the document in order to apply array updates.`,
      );
    }
    const array = found.value;
    if (!Array.isArray(array)) {
      const name = path[path.length - 1] as string;
      throw badValue(`Cannot apply array updates to non-array element ${elementToText(name, array)}`);
    }
    array.forEach((element, index) => {
      const elementPath = [...path, String(index)];
      let matched: UpdateNode | undefined;
      for (const [identifier, child] of node.children) {
        if (identifier !== '' && !this.#filters.get(identifier)?.(element)) continue;
        matched = matched ? mergeNodes(matched, child, elementPath) : child;
      }
      if (matched) this.#apply(matched, elementPath);
    });
  }

  #applyLeaf(operator: LeafOperator, path: readonly string[]): void {
    if (operator.insertOnly && !this.#isInsert) return;
    const { editor } = this;
    const site = { document: editor.root, path, collation: this.#context.collation };
    const found = editor.find(path);
    if (found.exists) {
      const value = operator.update(found.value, site);
      if (value === unchanged) return;
      this.#refuseChangeOfId(path);
      if (value === removed) editor.remove(path);
      else this.#set(path, value);
      this.isModified = true;
    } else if (operator.create) {
      editor.checkViable(path, found);
      if (path.length > 1) this.#refuseChangeOfId(path);
      this.#set(path, operator.create(site));
      this.isModified = true;
    } else if (!operator.allowNonViablePath) {
      editor.checkViable(path, found);
    }
  }

  #set(path: readonly string[], value: BsonValue): void {
    const first = path[0] as string;
    if (first.startsWith('$') && !isDbRefField(first)) {
      throw new MongoServerError(
        52,
        `The dollar ($) prefixed field '${first}' in '${first}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
      );
    }
    this.editor.set(path, value);
  }

  #applyRename(from: readonly string[], to: readonly string[]): void {
    const { editor } = this;
    if (editor.find(from).exists) {
      this.#refuseChangeOfId(to);
      this.#refuseChangeOfId(from, (path) => `Unsetting the path '${path}' using $rename`);
    }
    if (applyRename(editor, from, to)) this.isModified = true;
  }

  /** `_id` is immutable once the document has one. */
  #refuseChangeOfId(
    path: readonly string[],
    describe = (text: string) => `Performing an update on the path '${text}'`,
  ): void {
    if (path[0] !== '_id' || !this.#hadId) return;
    throw new MongoServerError(66, `${describe(path.join('.'))} would modify the immutable field '_id'`);
  }
}

function isDbRefField(name: string): boolean {
  return name === '$ref' || name === '$id' || name === '$db';
}
