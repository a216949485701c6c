import { Timestamp } from 'bson';
import type { BsonValue } from '../bson/value.ts';
import { badValue, failedToParse, notImplemented, typeMismatch } from '../errors.ts';

const levels = new Set(['local', 'available', 'majority', 'linearizable', 'snapshot']);

/**
 * Checks a command's readConcern. There is one member, and what it has stored is what a majority has, so all levels
 * read the same; a snapshot outside a transaction is refused.
 */
export function checkReadConcern(concern: BsonValue, inTransaction: boolean): void {
  if (concern === undefined) return;
  if (!(concern instanceof Map)) {
    throw typeMismatch("BSON field 'readConcern' is the wrong type, expected type 'object'");
  }
  for (const [field, value] of concern) {
    if (field === 'level') {
      if (typeof value !== 'string')
        throw typeMismatch("BSON field 'readConcern.level' is the wrong type, expected type 'string'");
      if (!levels.has(value)) {
        throw badValue(`Enumeration value '${value}' for field 'readConcern.level' is not a valid value.`);
      }
      if (value === 'snapshot' && !inTransaction) {
        throw notImplemented("The readConcern level 'snapshot' outside a transaction");
      }
    } else if (field === 'afterClusterTime') {
      if (!(value instanceof Timestamp))
        throw typeMismatch(
          "BSON field 'readConcern.afterClusterTime' is the wrong type, expected type 'timestamp'",
        );
    } else if (field === 'atClusterTime') {
      throw notImplemented("The readConcern option 'atClusterTime'");
    } else if (field !== 'provenance') {
      throw failedToParse(`Unrecognized option in readConcern: ${field}`);
    }
  }
}
