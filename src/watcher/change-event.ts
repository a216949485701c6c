import { BSON, type Document, type Timestamp } from 'mongodb';
import type { Database, RecordSource } from '../database/collections.ts';

/** What is read of an event of the change stream. See "Change events" in MongoDB's manual. */
export interface ChangeEvent {
  /** The resume token: what comes after it is read by a stream that resumes there. */
  readonly _id: Document;
  readonly operationType: string;
  readonly ns?: { readonly db: string; readonly coll?: string };
  /** Of a rename. */
  readonly to?: { readonly db: string; readonly coll: string };
  readonly documentKey?: { readonly _id: unknown };
  readonly clusterTime?: Timestamp;
  readonly wallTime?: Date;
  /** Session and number of the transaction that wrote it; absent for a write outside of one. */
  readonly lsid?: Document;
  readonly txnNumber?: unknown;
  /** Of an insert or a replacement. */
  readonly fullDocument?: Document;
  /** Where the collection keeps pre-images, and for as long as it does. */
  readonly fullDocumentBeforeChange?: Document | null;
  readonly updateDescription?: UpdateDescription;
}

export interface UpdateDescription {
  /** By path: `area`, `address.city`. */
  readonly updatedFields?: Document;
  readonly removedFields?: readonly string[];
  readonly truncatedArrays?: readonly { readonly field: string }[];
}

/** The stored fields that the index and a Customer depend on, by which foreign changes are told in the journal. */
export const knownFields: Readonly<Record<RecordSource, readonly string[]>> = {
  user: ['id', 'name', 'email', 'phone', 'role', 'is_active', 'customer_v2_id', 'created_at'],
  v2: [
    'id',
    'name',
    'email',
    'phone',
    'address',
    'area',
    'status',
    'delivery_boy_id',
    'user_id',
    'created_at',
  ],
};

export const linkFields: Readonly<Record<RecordSource, string>> = { user: 'customer_v2_id', v2: 'user_id' };

/** Of it is told that it changed, never what it was or is. */
export const secretField = 'password_hash';

/** The half that an event is about; null for an event of another collection. */
export function sourceOfEvent(database: Database, { ns }: ChangeEvent): RecordSource | null {
  return sourceOfNamespace(database, ns);
}

/** The half that a collection holds; null for another collection. */
export function sourceOfNamespace(
  { users, customersV2 }: Database,
  ns: ChangeEvent['ns'],
): RecordSource | null {
  if (ns?.coll === users.collectionName) return 'user';
  return ns?.coll === customersV2.collectionName ? 'v2' : null;
}

/**
 * The changes of both foreign collections, and as little as there is of the gateway's writes to two collections of its
 * own: by these its transactions are known.
 */
export function watchPipeline({ users, customersV2, journal, indexedRecords }: Database): Document[] {
  const documents = ['fullDocument', 'fullDocumentBeforeChange'];
  const fields = [...new Set([...knownFields.user, ...knownFields.v2, secretField])];
  return [
    {
      $match: {
        $or: [
          { 'ns.coll': { $in: [users.collectionName, customersV2.collectionName] } },
          {
            'ns.coll': { $in: [journal.collectionName, indexedRecords.collectionName] },
            txnNumber: { $exists: true },
          },
          { operationType: { $in: ['rename', 'dropDatabase', 'invalidate'] } },
        ],
      },
    },
    {
      $project: {
        operationType: 1,
        ns: 1,
        to: 1,
        'documentKey._id': 1,
        clusterTime: 1,
        wallTime: 1,
        lsid: 1,
        txnNumber: 1,
        updateDescription: 1,
        ...Object.fromEntries(
          documents.flatMap((document) => fields.map((field) => [`${document}.${field}`, 1])),
        ),
      },
    },
  ];
}

/** Tells one transaction from every other; null for a write outside of one. */
export function transactionOf({ lsid, txnNumber }: ChangeEvent): string | null {
  if (lsid === undefined || txnNumber === undefined) return null;
  return BSON.EJSON.stringify({ lsid, txnNumber }, { relaxed: false });
}
