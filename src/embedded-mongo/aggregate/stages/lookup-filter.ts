import type { BsonDocument, BsonValue } from '../../bson/value.ts';
import { compileExpression } from '../expressions/compile-expression.ts';
import type { Expression } from '../expressions/expression.ts';
import type { PipelineContext } from '../stage.ts';

/**
 * A filter that an index can serve, for the collection an inner pipeline begins to read: the first `$match` without
 * its `$expr`, and each equality of a field with a variable within `$expr`. It lets through at least what the
 * `$match` does; the stage itself still runs.
 */
export function indexableFilter(
  pipeline: readonly BsonValue[],
  context: PipelineContext,
): () => BsonDocument | undefined {
  const [first] = pipeline;
  const match = first instanceof Map ? first.get('$match') : undefined;
  if (!(match instanceof Map)) return () => undefined;
  const plain: BsonDocument = new Map([...match].filter(([name]) => name !== '$expr'));
  const equalities = fieldEqualities(match.get('$expr'), context);
  return () => {
    const conditions: BsonDocument[] = plain.size > 0 ? [plain] : [];
    for (const [field, expression] of equalities) {
      const value = expression(new Map());
      // An array or a missing value is compared otherwise by a filter than by an expression.
      if (value === undefined || Array.isArray(value)) continue;
      conditions.push(new Map([[field, new Map([['$eq', value]])]]));
    }
    if (conditions.length <= 1) return conditions[0];
    return new Map([['$and', conditions]]);
  };
}

function fieldEqualities(expression: BsonValue, context: PipelineContext): [string, Expression][] {
  if (!(expression instanceof Map) || expression.size !== 1) return [];
  const both = expression.get('$and');
  if (Array.isArray(both)) return both.flatMap((branch) => fieldEqualities(branch, context));
  const sides = expression.get('$eq');
  if (!Array.isArray(sides) || sides.length !== 2) return [];
  for (const [field, value] of [sides, [sides[1], sides[0]]]) {
    if (isPlainField(field) && typeof value === 'string' && value.startsWith('$$') && !isOfDocument(value)) {
      return [[field.slice(1), compileExpression(value, context)]];
    }
  }
  return [];
}

function isPlainField(value: BsonValue): value is string {
  return typeof value === 'string' && /^\$[^$]/.test(value);
}

function isOfDocument(variable: string): boolean {
  return /^\$\$(ROOT|CURRENT|REMOVE)(\.|$)/.test(variable);
}
