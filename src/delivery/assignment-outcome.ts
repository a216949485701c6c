import type { IdentifierKind } from '../customers/customer-enums.ts';
import type { CustomerSource } from '../customers/customer-view.ts';
import type { LoginRecord } from '../database/stored-documents.ts';
import type { ErrorCode } from '../errors.ts';

/** A customer whom a text means, and as what. */
export interface CustomerMatch {
  readonly source: CustomerSource;
  readonly matchedBy: IdentifierKind[];
}

/** What became of one assignment. */
export type AssignmentOutcome =
  /** Also where it was so before. Who delivers now, and who did until then, if they exist. */
  | {
      readonly kind: 'assigned';
      readonly source: CustomerSource;
      readonly deliveryBoy: LoginRecord | null;
      readonly previous: LoginRecord | null;
    }
  | Refusal
  | {
      readonly kind: 'customerAmbiguous';
      readonly identifier: string;
      /** At most 20. */
      readonly matches: readonly CustomerMatch[];
      readonly total: number;
    }
  | { readonly kind: 'customerNotFound'; readonly identifier: string }
  | {
      readonly kind: 'deliveryBoyAmbiguous';
      readonly identifier: string;
      /** At most 20. */
      readonly candidates: readonly DeliveryBoyMatch[];
    }
  | { readonly kind: 'deliveryBoyNotFound'; readonly identifier: string }
  | { readonly kind: 'noDeliveryRecord'; readonly source: CustomerSource };

export interface Refusal {
  readonly kind: 'refused';
  readonly code: ErrorCode;
  readonly message: string;
}

/** A delivery boy whom a text means or nearly means, and as what. */
export interface DeliveryBoyMatch {
  readonly login: LoginRecord;
  /** The text that addresses the login alone: its `_id` where it has no id to itself. */
  readonly address: string;
  readonly matchedBy: readonly IdentifierKind[];
}

export function refused(code: ErrorCode, message: string): Refusal {
  return { kind: 'refused', code, message };
}

/** How a message names somebody. */
export function personText(person: {
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly id: string | null;
  readonly keyText: string;
}): string {
  return person.name?.trim() ?? person.email ?? person.phone ?? person.id ?? person.keyText;
}
