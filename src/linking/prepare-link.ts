import { prepareAdoptionNotice } from '../customers/adoption-notice.ts';
import type { CustomerDependencies } from '../customers/customer-access.ts';
import { type PreparedLinkCode, prepareLinkCode } from '../customers/link-code.ts';
import { changesBetween, type NewJournalEntry } from '../journal/write-journal.ts';
import type { PreparedNotification } from '../notifications/outbox.ts';
import type { DecidedLink } from './decide-link.ts';

/** What is made before the transaction that writes it. */
export interface PreparedLink {
  readonly linkCode: PreparedLinkCode | null;
  readonly notices: readonly PreparedNotification[];
  readonly journal: NewJournalEntry;
}

/** Makes the code and the messages of a link, where it is one that the customer has to be told of. */
export async function prepareLink(
  dependencies: CustomerDependencies,
  { login, delivery, halfLink, opens, asksForCode }: DecidedLink,
  { actor, at }: { readonly actor: string; readonly at: Date },
): Promise<PreparedLink> {
  const subjectIds = [delivery.id ?? delivery.keyText, login.id ?? login.keyText] as const;
  return {
    linkCode: asksForCode ? await prepareLinkCode(dependencies, login, delivery, at) : null,
    notices: opens ? [await prepareAdoptionNotice(dependencies, login, subjectIds, at)] : [],
    journal: {
      at,
      actor,
      action: halfLink === null ? 'CUSTOMER_LINKED' : 'LINK_COMPLETED',
      subjectIds,
      changes: changesBetween(
        {
          'users.customer_v2_id': login.claim.kind === 'none' ? null : delivery.id,
          'customers_v2.user_id': delivery.claim.kind === 'none' ? null : login.id,
        },
        { 'users.customer_v2_id': delivery.id, 'customers_v2.user_id': login.id },
      ),
    },
  };
}
