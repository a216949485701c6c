import type { ClientSession, Filter } from 'mongodb';
import { recipientOf } from '../accounts/credentials-message.ts';
import { loginAddress } from '../accounts/viewer.ts';
import { rowKeyOfDelivery } from '../customer-index/customer-index-rows.ts';
import { fingerprint } from '../customer-index/indexed-record.ts';
import { refreshIndex } from '../customer-index/refresh-index.ts';
import type { CustomerDependencies } from '../customers/customer-access.ts';
import type { DigestedChange } from '../database/collections.ts';
import type { DeliveryRecord, LoginRecord, StoredCustomerV2 } from '../database/stored-documents.ts';
import { type NewJournalEntry, writeJournal } from '../journal/write-journal.ts';
import { isNamedByPhone } from '../notifications/digest-values.ts';
import type { DigestAddition } from '../notifications/outbox.ts';
import type { AssignmentChange } from './plan-assignments.ts';

/** Who assigns, for the journal, and when. */
export interface AssignmentContext {
  readonly actor: string;
  readonly at: Date;
}

/**
 * Writes changes with their index rows, journal entries and messages, in one transaction. Of the stored documents nothing
 * but `delivery_boy_id` is set. At most five commands where the index is up to date, none without a change.
 */
export async function writeAssignments(
  dependencies: CustomerDependencies,
  changes: readonly AssignmentChange[],
  { actor, at }: AssignmentContext,
  session: ClientSession,
): Promise<void> {
  if (changes.length === 0) return;
  // First what everybody writes who assigns to the same delivery boy: whoever has to begin again learns of it early.
  await dependencies.accounts.outbox.addToDigests(digestsOf(dependencies, changes, at), session);
  await writeRecords(dependencies, netChanges(changes), session);
  await writeJournal(
    dependencies.database,
    changes.map((change) => journalEntry(change, actor, at)),
    session,
  );
}

interface RecordChange {
  readonly before: DeliveryRecord;
  readonly after: DeliveryRecord;
}

/** What the changes come to for each record; some come to nothing. */
function netChanges(changes: readonly AssignmentChange[]): RecordChange[] {
  const net = new Map<string, RecordChange>();
  for (const { before, after } of changes)
    net.set(after.key, { before: net.get(after.key)?.before ?? before, after });
  return [...net.values()].filter(({ before, after }) => before.deliveryBoyId !== after.deliveryBoyId);
}

async function writeRecords(
  { database, settings }: CustomerDependencies,
  changes: readonly RecordChange[],
  session: ClientSession,
): Promise<void> {
  if (changes.length === 0) return;
  await database.customersV2.bulkWrite(
    changes.map(({ after }) => ({
      updateOne: {
        filter: { _id: after._id } as Filter<StoredCustomerV2>,
        update: { $set: { delivery_boy_id: after.deliveryBoyId } },
      },
    })),
    { session },
  );
  // Nothing else of a row depends on who delivers, as long as the index knows the record as it was.
  const known = await database.indexedRecords.bulkWrite(
    changes.map(({ before, after }) => ({
      updateOne: {
        filter: { _id: rowKeyOfDelivery(before), fingerprint: fingerprint(before, settings) },
        update: { $set: { fingerprint: fingerprint(after, settings) } },
      },
    })),
    { session },
  );
  if (known.matchedCount === changes.length) {
    const rows = await database.customerIndex.bulkWrite(
      changes.map(({ after }) => ({
        updateOne: {
          filter: { _id: rowKeyOfDelivery(after) },
          update: { $set: { deliveryBoyId: after.deliveryBoyId } },
        },
      })),
      { session },
    );
    if (rows.matchedCount === changes.length) return;
  }
  const deliveryKeys = changes.map(({ after }) => after._id);
  await refreshIndex(database, { loginKeys: [], deliveryKeys }, settings, session);
}

function journalEntry(
  { customer: { source }, before, after }: AssignmentChange,
  actor: string,
  at: Date,
): NewJournalEntry {
  const { link, login } = source;
  const other = login === null ? null : (link.userId ?? login.keyText);
  return {
    at,
    actor,
    action: after.deliveryBoyId === null ? 'DELIVERY_BOY_UNASSIGNED' : 'DELIVERY_BOY_ASSIGNED',
    subjectIds: [source.id, ...(other === null ? [] : [other])],
    changes: [
      { field: 'customers_v2.delivery_boy_id', before: before.deliveryBoyId, after: after.deliveryBoyId },
    ],
  };
}

/** One addition for each delivery boy who is active, in the order of what happened. */
function digestsOf(
  { settings }: CustomerDependencies,
  changes: readonly AssignmentChange[],
  now: Date,
): DigestAddition[] {
  const told = new Map<string, { boy: LoginRecord; changes: DigestedChange[] }>();
  const tell = (boy: LoginRecord | null, change: DigestedChange) => {
    if (boy?.isActive !== true) return;
    const entry = told.get(boy.key) ?? { boy, changes: [] };
    told.set(boy.key, entry);
    entry.changes.push(change);
  };
  for (const { customer, after, previous, next } of changes) {
    const name = after.name?.trim() || (customer.source.login?.name ?? null);
    const phone = isNamedByPhone(name) ? (after.phone ?? customer.source.login?.phone ?? null) : null;
    const about = { deliveryKey: after.key, name, area: after.area, ...(phone !== null && { phone }) };
    tell(previous, { change: 'REMOVED', ...about });
    tell(next, { change: 'ADDED', ...about });
  }
  return [...told.values()].map(({ boy, changes: ofBoy }) => ({
    kind: 'DELIVERIES_CHANGED',
    to: recipientOf(boy, settings.defaultPhoneRegion),
    loginKey: boy.key,
    subjectIds: [loginAddress(boy)],
    values: { name: boy.name ?? '' },
    changes: ofBoy,
    now,
  }));
}
