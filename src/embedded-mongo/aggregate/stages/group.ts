import { fromJs } from '../../bson/from-js.ts';
import type { BsonDocument, BsonValue } from '../../bson/value.ts';
import { ValueMap } from '../../bson/value-map.ts';
import { MongoServerError } from '../../errors.ts';
import { compileSort } from '../../query/compile-sort.ts';
import type { Accumulator } from '../accumulators/accumulator.ts';
import { type AccumulatorPlan, compileAccumulator } from '../accumulators/compile-accumulator.ts';
import { makeScope } from '../expressions/compile-expression.ts';
import type { Stage, StageTools } from '../stage.ts';

/** `$group`: one document for each value of `_id`, in the order in which the values came. */
export function compileGroup(spec: BsonValue, { context }: StageTools): Stage {
  if (!(spec instanceof Map)) {
    throw new MongoServerError(15947, "a group's fields must be specified in an object");
  }
  if (!spec.has('_id')) throw new MongoServerError(15955, 'a group specification must include an _id');
  const scope = makeScope(context);
  const id = scope.compile(spec.get('_id'));
  const fields: { name: string; plan: AccumulatorPlan }[] = [];
  for (const [name, value] of spec) {
    if (name !== '_id') fields.push({ name, plan: parseField(name, value, scope) });
  }
  return {
    name: '$group',
    *run(input) {
      const groups = new ValueMap<Accumulator[]>(context.collation);
      let previous: BsonDocument | undefined;
      let accumulators: Accumulator[] = [];
      for (const document of input) {
        // Made from an index, neighbours with the same values are one object.
        if (document !== previous) accumulators = accumulatorsOf(document);
        previous = document;
        for (let index = 0; index < fields.length; index++) {
          const { plan } = fields[index] as (typeof fields)[number];
          (accumulators[index] as Accumulator).add(plan.input(document), document);
        }
      }
      for (const [key, accumulators] of groups.entries()) {
        const result: BsonDocument = new Map([['_id', key]]);
        fields.forEach(({ name }, index) => {
          result.set(name, (accumulators[index] as Accumulator).result() ?? null);
        });
        yield result;
      }

      function accumulatorsOf(document: BsonDocument): Accumulator[] {
        const key = id(document) ?? null;
        const known = groups.get(key);
        if (known !== undefined) return known;
        const made = fields.map(({ plan }) => plan.make());
        groups.set(key, made);
        return made;
      }
    },
  };
}

function parseField(name: string, value: BsonValue, scope: ReturnType<typeof makeScope>): AccumulatorPlan {
  if (name.includes('.')) throw new MongoServerError(40235, `The field name '${name}' cannot contain '.'`);
  if (name.startsWith('$')) {
    throw new MongoServerError(40236, `The field name '${name}' cannot be an operator name`);
  }
  const operator = value instanceof Map ? value.keys().next().value : undefined;
  if (!(value instanceof Map) || !operator?.startsWith('$')) {
    throw new MongoServerError(40234, `The field '${name}' must be an accumulator object`);
  }
  if (value.size !== 1) throw new MongoServerError(40238, `The field '${name}' must specify one accumulator`);
  return compileAccumulator(operator, value.get(operator), scope);
}

/** `$sortByCount`: groups by a value and puts the most frequent first. */
export function compileSortByCount(spec: BsonValue, tools: StageTools): Stage {
  const isPath = typeof spec === 'string' && spec.startsWith('$');
  const isExpression = spec instanceof Map && spec.keys().next().value?.startsWith('$') === true;
  if (typeof spec === 'string' && !isPath) {
    throw new MongoServerError(
      40148,
      'the sortByCount field must be defined as a $-prefixed path or an expression inside an object',
    );
  }
  if (!isPath && !isExpression) {
    throw new MongoServerError(
      spec instanceof Map ? 40147 : 40149,
      'the sortByCount field must be defined as a $-prefixed path or an expression inside an object',
    );
  }
  const group = compileGroup(
    new Map<string, BsonValue>([
      ['_id', spec],
      ['count', fromJs({ $sum: 1 })],
    ]),
    tools,
  );
  const sorter = compileSort(fromJs({ count: -1 }));
  return {
    name: '$sortByCount',
    *run(input) {
      yield* sorter.sort(group.run(input));
    },
  };
}
