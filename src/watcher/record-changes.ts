import type { ClientSession } from 'mongodb';
import type { CustomerIndexRow } from '../customer-index/customer-index-row.ts';
import type { IndexSettings } from '../customer-index/customer-index-rows.ts';
import { refreshIndex } from '../customer-index/refresh-index.ts';
import type { Database, IndexedRecord } from '../database/collections.ts';
import { keyText, recordKey } from '../database/stored-documents.ts';
import { writeJournalOnce } from '../journal/write-journal.ts';
import { linkFields } from './change-event.ts';
import { describeChange } from './describe-change.ts';
import type { ForeignChange } from './foreign-changes.ts';

/**
 * Brings the index up to date with foreign changes and tells of them in the journal, in the transaction of `session`.
 * Done twice for the same changes, it changes nothing.
 */
export async function recordChanges(
  database: Database,
  settings: IndexSettings,
  changes: readonly ForeignChange[],
  session: ClientSession,
): Promise<void> {
  const known = await knownRecords(database, changes, session);
  const before = await addressesByRecord(database, changes, session);
  const keysOf = (source: ForeignChange['source']) => [
    ...new Map(
      changes
        .filter((change) => change.source === source)
        .map((change) => [change.recordKey, change.recordId]),
    ).values(),
  ];
  const touched = { loginKeys: keysOf('user'), deliveryKeys: keysOf('v2') };
  await refreshIndex(database, touched, settings, session);
  const after = await addressesByRecord(database, changes, session);
  const entries = changes.flatMap((change) => {
    const { recordKey: key, id, at } = change;
    const { id: knownId, claimedId } = known.get(key) ?? { id: null, claimedId: null };
    const described = describeChange(change, claimedId);
    const writtenId = idIn(change) ?? knownId;
    // The next change of the same record comes after this one.
    known.set(key, { id: writtenId, claimedId: claimAfter(change, claimedId) });
    if (described === null) return [];
    const own = writtenId ?? keyText(change.recordId);
    const subjectIds = [own, ...(before.get(key) ?? []), ...(after.get(key) ?? [])] as const;
    return { ...described, id, at, actor: 'another application', subjectIds };
  });
  await writeJournalOnce(database, entries, session);
}

/** What the index knew of the records until now. */
async function knownRecords(
  database: Database,
  changes: readonly ForeignChange[],
  session: ClientSession,
): Promise<Map<string, Pick<IndexedRecord, 'id' | 'claimedId'>>> {
  const keys = [...new Set(changes.map((change) => change.recordKey))];
  const found = await database.indexedRecords
    .find({ _id: { $in: keys } }, { session, projection: { id: 1, claimedId: 1 } })
    .toArray();
  return new Map(found.map((record) => [record._id, record]));
}

/** Addresses of both halves of joined customers, by the key of each half. */
async function addressesByRecord(
  database: Database,
  changes: readonly ForeignChange[],
  session: ClientSession,
): Promise<Map<string, string[]>> {
  const logins = changes.filter((change) => change.source === 'user').map((change) => change.recordId);
  const deliveries = changes.filter((change) => change.source === 'v2').map((change) => change.recordKey);
  const rows = await database.customerIndex
    .find(
      {
        hasLogin: true,
        hasDeliveryRecord: true,
        $or: [{ userKey: { $in: logins } }, { _id: { $in: deliveries } }],
      },
      { session, projection: { link: 1, userKey: 1 } },
    )
    .toArray();
  return new Map(
    rows.flatMap((row) => {
      const addresses = addressesOf(row);
      return [[row._id, addresses] as const, [`user/${recordKey(row.userKey)}`, addresses] as const];
    }),
  );
}

function addressesOf({ link }: Pick<CustomerIndexRow, 'link'>): string[] {
  return [link.customerV2Id, link.userId].filter((id) => id !== null);
}

/** The record's id, where the event has it. */
function idIn({ event }: ForeignChange): string | null {
  const written = [
    event.fullDocument?.id,
    event.updateDescription?.updatedFields?.id,
    event.fullDocumentBeforeChange?.id,
  ];
  const id = written.find((value) => typeof value === 'string' && value !== '');
  return typeof id === 'string' ? id : null;
}

/** Whom the record claims after a change, for the next change of the same record. */
function claimAfter({ source, event }: ForeignChange, before: string | null): string | null {
  const field = linkFields[source];
  const { updatedFields = {}, removedFields = [] } = event.updateDescription ?? {};
  if (event.operationType === 'update' && !(field in updatedFields) && !removedFields.includes(field))
    return before;
  const written = event.operationType === 'update' ? updatedFields[field] : event.fullDocument?.[field];
  return typeof written === 'string' && written !== '' ? written : null;
}
