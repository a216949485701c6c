import { documentToText, valueToText } from '../../bson/to-text.ts';
import { typeNameOf } from '../../bson/type-names.ts';
import type { BsonDocument, BsonValue } from '../../bson/value.ts';
import { MongoServerError } from '../../errors.ts';
import { compileAggregateProjection } from '../../query/compile-projection.ts';
import type { QueryContext } from '../../query/context.ts';
import { addField, markComputed, nodeAt } from '../../query/projection-spec.ts';
import { applyAddition, applyExclusion, ProjectionNode } from '../../query/projection-tree.ts';
import { compileExpression } from '../expressions/compile-expression.ts';
import { checkedParts } from '../expressions/field-path.ts';
import { mapping, type Stage, type StageCompiler, type StageTools } from '../stage.ts';

/** The stages that make a new document of each. */
export const shapeStages: Readonly<Record<string, StageCompiler>> = {
  $project: compileProject,
  $set: compileAddFields,
  $addFields: compileAddFields,
  $unset: compileUnset,
  $replaceRoot: compileReplaceRoot,
  $replaceWith: compileReplaceWith,
};

/** Runs the parser and names the stage in its errors, as MongoDB does. */
function naming<T>(stage: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof MongoServerError)) throw error;
    throw new MongoServerError(error.code, `Invalid ${stage} :: caused by :: ${error.message}`);
  }
}

function compileProject(spec: BsonValue, { context }: StageTools): Stage {
  if (!(spec instanceof Map)) {
    throw new MongoServerError(15969, '$project specification must be an object');
  }
  const projection = naming('$project', () => {
    if (spec.size === 0) {
      throw new MongoServerError(51272, 'projection specification must have at least one field');
    }
    return compileAggregateProjection(spec, context);
  });
  return mapping('$project', projection.apply);
}

function compileAddFields(spec: BsonValue, { context }: StageTools, name: string): Stage {
  if (!(spec instanceof Map)) {
    throw new MongoServerError(
      40272,
      `${name} specification stage must be an object, got ${typeNameOf(spec)}`,
    );
  }
  const tree = naming(name, () => {
    if (spec.size === 0) {
      throw new MongoServerError(40177, 'specification must have at least one field');
    }
    const root = new ProjectionNode();
    addComputedFields(root, spec, context);
    markComputed(root);
    return root;
  });
  return mapping(name, (document) => applyAddition(tree, document));
}

/** A document whose first field is no operator is a path into the field, not a value for it. */
function addComputedFields(node: ProjectionNode, spec: BsonDocument, context: QueryContext): void {
  for (const [name, value] of spec) {
    const parts = checkedParts(name);
    if (value instanceof Map && !value.keys().next().value?.startsWith('$')) {
      if (value.size === 0) {
        throw new MongoServerError(
          40180,
          `an empty object is not a valid value. Found empty object at path ${name}`,
        );
      }
      addComputedFields(nodeAt(node, parts, name), value, context);
    } else {
      addField(node, parts, compileExpression(value, context));
    }
  }
}

function compileUnset(spec: BsonValue): Stage {
  const fields = Array.isArray(spec) ? spec : [spec];
  if (!Array.isArray(spec) && typeof spec !== 'string') {
    throw new MongoServerError(31002, '$unset specification must be a string or an array');
  }
  if (fields.length === 0) {
    throw new MongoServerError(
      31119,
      '$unset specification must be a string or an array with at least one field',
    );
  }
  const tree = new ProjectionNode();
  for (const field of fields) {
    if (typeof field !== 'string') {
      throw new MongoServerError(
        31120,
        '$unset specification must be a string or an array containing only string values',
      );
    }
    naming('$unset', () => addField(tree, checkedParts(field), 'exclude'));
  }
  return mapping('$unset', (document) => applyExclusion(tree, document));
}

function compileReplaceRoot(spec: BsonValue, tools: StageTools): Stage {
  if (!(spec instanceof Map)) {
    throw new MongoServerError(
      40230,
      `expected an object as specification for $replaceRoot stage, got ${typeNameOf(spec)}`,
    );
  }
  for (const name of spec.keys()) {
    if (name !== 'newRoot') {
      throw new MongoServerError(40415, `BSON field '$replaceRoot.${name}' is an unknown field.`);
    }
  }
  if (!spec.has('newRoot')) {
    throw new MongoServerError(40414, "BSON field '$replaceRoot.newRoot' is missing but a required field");
  }
  return replacing('$replaceRoot', "'newRoot' expression ", spec.get('newRoot'), tools);
}

function compileReplaceWith(spec: BsonValue, tools: StageTools): Stage {
  return replacing('$replaceWith', "'replacement document' ", spec, tools);
}

function replacing(name: string, subject: string, spec: BsonValue, { context }: StageTools): Stage {
  const expression = compileExpression(spec, context);
  return mapping(name, (document) => {
    const value = expression(document);
    if (value instanceof Map) return value;
    const text = value === undefined ? 'MISSING' : valueToText(value);
    const type = value === undefined ? 'missing' : typeNameOf(value);
    throw new MongoServerError(
      40228,
      `${subject}must evaluate to an object, but resulting value was: ${text}. Type of resulting value: '${type}'. Input document: ${documentToText(document)}`,
    );
  });
}
