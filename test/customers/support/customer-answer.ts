/** Every field of a customer, as a fragment to append to an operation. */
export const everyCustomerField = `fragment EveryCustomerField on Customer {
  id name phone phoneE164 email address area status isActive createdAt systems
  link { state userId customerV2Id conflictingIds }
  login { userId name email phone role isActive mustChangePassword credentialsSentAt lastLoginAt }
  delivery { customerV2Id name phone email address area statusText createdAt }
  canLogin loginBlockers canResetPassword billingIssues
  deliveryBoy { id name phone }
  differences { field usersValue customersV2Value }
}`;

/** What that fragment answers. */
export interface CustomerAnswer {
  readonly id: string;
  readonly name: string | null;
  readonly phone: string | null;
  readonly phoneE164: string | null;
  readonly email: string | null;
  readonly address: string | null;
  readonly area: string | null;
  readonly status: string;
  readonly isActive: boolean;
  readonly createdAt: string | null;
  readonly systems: string[];
  readonly link: {
    state: string;
    userId: string | null;
    customerV2Id: string | null;
    conflictingIds: string[];
  };
  readonly login: Record<string, unknown> | null;
  readonly delivery: Record<string, unknown> | null;
  readonly canLogin: boolean;
  readonly loginBlockers: string[];
  readonly canResetPassword: boolean;
  readonly billingIssues: string[];
  readonly deliveryBoy: { id: string; name: string | null; phone: string | null } | null;
  readonly differences: { field: string; usersValue: string | null; customersV2Value: string | null }[];
}

/** The answer with its sets in one order: no order among them is promised. */
export function inOneOrder(customer: CustomerAnswer): CustomerAnswer {
  return {
    ...customer,
    systems: customer.systems.toSorted(),
    link: { ...customer.link, conflictingIds: customer.link.conflictingIds.toSorted() },
    loginBlockers: customer.loginBlockers.toSorted(),
    billingIssues: customer.billingIssues.toSorted(),
    differences: customer.differences.toSorted((one, other) => one.field.localeCompare(other.field)),
  };
}

/** Tells customers apart also where a login and a delivery record, each with it to itself, have one id. */
export function customerKey({ id, systems }: Pick<CustomerAnswer, 'id' | 'systems'>): string {
  return `${systems.toSorted().join('+')} ${id}`;
}
