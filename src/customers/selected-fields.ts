import { deliveryProjection, loginProjection } from '../database/stored-documents.ts';

type LoginField = keyof typeof loginProjection;
type DeliveryField = keyof typeof deliveryProjection;

/**
 * The part of a login's projection that an operation needs; who it is and whom it claims is always read. Delivery boys are
 * read along with a page of customers, so that what is shown of them belongs to it.
 */
export function loginFields(selected: ReadonlySet<string>): Partial<typeof loginProjection> {
  return remembered(ofLogins, selected, () =>
    pick(loginProjection, loginUses, ['id', 'role', 'customer_v2_id'], selected),
  );
}

/** The part of a delivery record's projection that an operation needs; who it is and whom it claims is always read. */
export function deliveryFields(selected: ReadonlySet<string>): Partial<typeof deliveryProjection> {
  return remembered(ofDeliveries, selected, () =>
    pick(deliveryProjection, deliveryUses, ['id', 'user_id'], selected),
  );
}

/** Which fields of the API show a stored field, or decide by it. */
const loginUses: Partial<Record<LoginField, readonly string[]>> = {
  name: ['name', 'differences', 'deliveryBoy'],
  phone: ['phone', 'phoneE164', 'canResetPassword', 'billingIssues', 'differences', 'deliveryBoy'],
  email: ['email', 'canResetPassword', 'differences'],
  is_active: ['isActive', 'status', 'canLogin', 'loginBlockers', 'canResetPassword'],
  created_at: ['createdAt'],
  hash_salt: ['canLogin', 'loginBlockers', 'mustChangePassword'],
};
const deliveryUses: Partial<Record<DeliveryField, readonly string[]>> = {
  name: ['name', 'differences'],
  phone: ['phone', 'phoneE164', 'billingIssues', 'differences'],
  email: ['email', 'differences'],
  address: ['address', 'billingIssues'],
  area: ['area'],
  status: ['status', 'isActive', 'statusText'],
  delivery_boy_id: ['deliveryBoy'],
  created_at: ['createdAt'],
};

/** What is selected belongs to an operation, which comes again and again. */
const ofLogins = new WeakMap<ReadonlySet<string>, Partial<typeof loginProjection>>();
const ofDeliveries = new WeakMap<ReadonlySet<string>, Partial<typeof deliveryProjection>>();

function remembered<Fields>(
  known: WeakMap<ReadonlySet<string>, Fields>,
  selected: ReadonlySet<string>,
  work: () => Fields,
): Fields {
  const before = known.get(selected);
  if (before !== undefined) return before;
  const fields = work();
  known.set(selected, fields);
  return fields;
}

function pick<Projection extends object>(
  projection: Projection,
  uses: Partial<Record<keyof Projection, readonly string[]>>,
  always: readonly (keyof Projection)[],
  selected: ReadonlySet<string>,
): Partial<Projection> {
  const needed = Object.keys(projection).filter((field) => {
    const name = field as keyof Projection;
    return always.includes(name) || (uses[name] ?? []).some((use) => selected.has(use));
  });
  return Object.fromEntries(
    needed.map((field) => [field, projection[field as keyof Projection]]),
  ) as Partial<Projection>;
}
