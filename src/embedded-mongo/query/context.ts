import type { Collation } from '../bson/collation.ts';
import type { BsonValue } from '../bson/value.ts';

/** A user variable (`$$name`): the compiled form reads the cell, so a value may be set after compiling. */
export interface VariableCell {
  value: BsonValue;
}

/** User variables by name, without the `$$`. */
export type Variables = ReadonlyMap<string, VariableCell>;

/** What compiling depends on besides the specification itself. */
export interface QueryContext {
  /** How strings compare; absent means by their bytes. */
  readonly collation?: Collation | undefined;
  /** Variables in scope: the command's `let`, and those of enclosing expressions. */
  readonly let?: Variables | undefined;
  /** `$$NOW` and `$currentDate`; the time of compiling when absent. */
  readonly now?: Date | undefined;
}
