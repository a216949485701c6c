import type { BsonDocument } from '../bson/value.ts';
import type { QueryContext } from './context.ts';
import { type ProjectionMode, parseProjection } from './projection-spec.ts';
import { applyExclusion, applyInclusion, ProjectionNode } from './projection-tree.ts';

/** A compiled projection. */
export interface Projection {
  /** Makes the projected document; the original is not changed, values may be shared. */
  apply(document: BsonDocument): BsonDocument;
  /** The paths included, when the projection does nothing but include whole fields: an index may cover it. */
  readonly includedPaths: readonly string[] | undefined;
}

/**
 * Compiles a find projection. Inclusion and exclusion may not be mixed except for `_id` (31253, 31254); computed
 * fields, `$slice`, `$elemMatch` and the positional operator (which needs the query's filter) are allowed. An empty
 * specification keeps everything.
 */
export function compileProjection(
  spec: BsonDocument,
  context: QueryContext & { filter?: BsonDocument | undefined } = {},
): Projection {
  if (spec.size === 0) return { apply: (document) => document, includedPaths: undefined };
  return compileProjectionIn(spec, context, { find: true, filter: context.filter });
}

/** The same for `$project`, where the query's own operators are not allowed. */
export function compileAggregateProjection(spec: BsonDocument, context: QueryContext): Projection {
  return compileProjectionIn(spec, context, { find: false });
}

function compileProjectionIn(spec: BsonDocument, context: QueryContext, mode: ProjectionMode): Projection {
  const { kind, tree, transforms } = parseProjection(spec, context, mode);
  const project = kind === 'inclusion' ? applyInclusion : applyExclusion;
  const isPlain = kind === 'inclusion' && transforms.length === 0 && !tree.hasComputed;
  const includedPaths = isPlain ? pathsOf(tree, '') : undefined;
  if (transforms.length === 0) return { apply: (document) => project(tree, document), includedPaths };
  return {
    apply: (document) => {
      let result = project(tree, document);
      for (const transform of transforms) result = transform(document, result);
      return result;
    },
    includedPaths,
  };
}

function pathsOf(node: ProjectionNode, prefix: string): string[] {
  return [...node.fields].flatMap(([name, field]) => {
    if (field instanceof ProjectionNode) return pathsOf(field, `${prefix}${name}.`);
    return field === 'include' ? [`${prefix}${name}`] : [];
  });
}
