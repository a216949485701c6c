import { documentToText } from '../../bson/to-text.ts';
import type { BsonDocument, BsonValue } from '../../bson/value.ts';
import { invalidPipelineOperator, MongoServerError } from '../../errors.ts';
import type { QueryContext, VariableCell, Variables } from '../../query/context.ts';
import { accumulatorOperators } from './accumulator-operators.ts';
import { arithmeticOperators } from './arithmetic-operators.ts';
import { arrayOperators } from './array-operators.ts';
import { basicOperators } from './basic-operators.ts';
import { dateOperators } from './date-operators.ts';
import { dateTextOperators } from './date-text-operators.ts';
import {
  constant,
  constantOf,
  type Expression,
  type ExpressionScope,
  type OperatorTable,
} from './expression.ts';
import { checkFieldName, compileFieldPath } from './field-path.ts';
import { objectOperators } from './object-operators.ts';
import { realFunctions } from './real-functions.ts';
import { regexOperators } from './regex-operators.ts';
import { setOperators } from './set-operators.ts';
import { stringOperators } from './string-operators.ts';
import { typeOperators } from './type-operators.ts';
import { variableOperators } from './variable-operators.ts';

/**
 * Compiles an aggregation expression. Mistakes in it are found here: an unknown operator is refused with
 * InvalidPipelineOperator (168), an unknown variable with 17276. Errors of values arise when it is evaluated.
 */
export function compileExpression(expression: BsonValue, context: QueryContext = {}): Expression {
  return makeScope(context).compile(expression);
}

/** Compiles a command's `let`: each value is evaluated once, without a document. */
export function compileLet(spec: BsonDocument | undefined, context: QueryContext = {}): Variables {
  const variables = new Map<string, VariableCell>();
  for (const [name, value] of spec ?? []) {
    variables.set(name, { value: compileExpression(value, { ...context, let: variables })(new Map()) });
  }
  return variables;
}

/** Whether a name such as `$add` is an expression operator. */
export function isExpressionOperator(name: string): boolean {
  return Object.hasOwn(operators, name);
}

/** The scope in which expressions of this context are compiled. */
export function makeScope(context: QueryContext): ExpressionScope {
  return new Scope(context.collation, context.now ?? new Date(), context.let ?? new Map());
}

const operators: OperatorTable = {
  ...accumulatorOperators,
  ...arithmeticOperators,
  ...arrayOperators,
  ...basicOperators,
  ...dateOperators,
  ...dateTextOperators,
  ...objectOperators,
  ...realFunctions,
  ...regexOperators,
  ...setOperators,
  ...stringOperators,
  ...typeOperators,
  ...variableOperators,
};

class Scope implements ExpressionScope {
  readonly collation: ExpressionScope['collation'];
  readonly now: Date;
  readonly variables: Variables;

  constructor(collation: ExpressionScope['collation'], now: Date, variables: Variables) {
    this.collation = collation;
    this.now = now;
    this.variables = variables;
  }

  compile(operand: BsonValue): Expression {
    if (typeof operand === 'string') {
      return operand.startsWith('$') ? compileFieldPath(operand, this) : constant(operand);
    }
    if (operand instanceof Map) return compileObject(operand, this);
    if (Array.isArray(operand)) return compileArray(operand, this);
    return constant(operand);
  }

  with(variables: Iterable<[string, VariableCell]>): ExpressionScope {
    return new Scope(this.collation, this.now, new Map([...this.variables, ...variables]));
  }
}

function compileObject(object: BsonDocument, scope: ExpressionScope): Expression {
  const first = object.keys().next().value;
  if (first === undefined) return constant(object);
  if (first.startsWith('$')) return compileOperator(first, object, scope);
  const fields = [...object].map(([name, value]): [string, Expression] => {
    checkFieldName(name);
    return [name, scope.compile(value)];
  });
  const build = (document: BsonDocument) => {
    const result: BsonDocument = new Map();
    for (const [name, field] of fields) {
      const value = field(document);
      if (value !== undefined) result.set(name, value);
    }
    return result;
  };
  return fields.every(([, field]) => constantOf(field)) ? constant(build(new Map())) : build;
}

function compileOperator(name: string, object: BsonDocument, scope: ExpressionScope): Expression {
  if (object.size !== 1) {
    throw new MongoServerError(
      15983,
      `An object representing an expression must have exactly one field: ${documentToText(object)}`,
    );
  }
  const compile = Object.hasOwn(operators, name) ? operators[name] : undefined;
  if (!compile) throw invalidPipelineOperator(`Unrecognized expression '${name}'`);
  return compile(object.get(name), scope, name);
}

function compileArray(array: BsonValue[], scope: ExpressionScope): Expression {
  const elements = array.map((element) => scope.compile(element));
  if (elements.every((element) => constantOf(element)?.value !== undefined)) {
    return constant(elements.map((element) => constantOf(element)?.value));
  }
  return (document) => elements.map((element) => element(document) ?? null);
}
