import type { ClientSession } from 'mongodb';
import type { CustomerDependencies } from '../customers/customer-access.ts';
import type { CustomerSource } from '../customers/customer-view.ts';
import { isUnconfirmed } from '../customers/unconfirmed-link.ts';
import { readAround } from './addressed-records.ts';
import { type PlannedLink, planLink } from './plan-link.ts';
import { sourcesOf } from './sources-of.ts';

/** A link that is to be written, and what it means to the login. */
export interface DecidedLink extends PlannedLink {
  /** It gives the login a delivery record that it cannot read now. */
  readonly opens: boolean;
  /** The login reads the record only once it has entered a code. */
  readonly asksForCode: boolean;
}

export type LinkDecision = { readonly kind: 'linked'; readonly source: CustomerSource } | DecidedLink;

/**
 * Reads what linking the two comes to, and what it means to the login.
 *
 * @throws AppError NOT_FOUND, CONFLICT: see `planLink`.
 */
export async function decideLink(
  dependencies: CustomerDependencies,
  input: { readonly userId: string; readonly customerV2Id: string },
  session?: ClientSession,
): Promise<LinkDecision> {
  const { database, confirmHalfLinks } = dependencies;
  const plan = planLink(await readAround(database, input, session), input);
  if (plan.kind === 'linked') {
    const [source] = await sourcesOf(database, [plan.pair], session);
    if (source === undefined) throw new TypeError('One customer has one source.');
    return { kind: 'linked', source };
  }
  const { login, halfLink } = plan;
  if (halfLink === null) return { ...plan, opens: true, asksForCode: confirmHalfLinks };
  // Where the business itself has said whose login it is, the login reads the record already.
  if (!halfLink.claimedByLoginOnly) return { ...plan, opens: false, asksForCode: false };
  const account = await database.accounts.findOne(
    { _id: login.key },
    {
      projection: { confirmedDeliveryKeys: 1, unconfirmedDeliveryKeys: 1 },
      ...(session && { session }),
    },
  );
  const hidden = isUnconfirmed(dependencies, halfLink, account);
  return { ...plan, opens: hidden, asksForCode: hidden };
}
