import { canonicalPhone, canReceiveSms } from '../customer-index/canonical-phone.ts';
import type { CustomerStatus, LinkState } from '../customer-index/customer-index-row.ts';
import type { IndexSettings } from '../customer-index/customer-index-rows.ts';
import {
  type CustomerValues,
  customerValues,
  deliverable,
  type Halves,
} from '../customer-index/customer-values.ts';
import type { PasswordFacts } from '../customer-index/temporary-password-state.ts';
import type { StoredAccount } from '../database/collections.ts';
import type { LoginRecord } from '../database/stored-documents.ts';
import type { BillingIssue, LoginBlocker, SourceSystem } from './customer-enums.ts';
import type {
  Customer,
  CustomerLink,
  DeliveryBoyContact,
  DeliveryRecord,
  FieldDifference,
  Login,
} from './customer-type.ts';
import { fieldDifferences } from './field-differences.ts';
import { loginBlockers } from './login-blockers.ts';
import { maskEmail, maskPhone, maskText } from './mask.ts';
import { showLogin } from './show-login.ts';

/** One customer as read: live halves, and how they are linked. */
export interface CustomerSource extends Halves, PasswordFacts {
  /** Addresses of the definitive record and of the halves. */
  readonly id: string;
  readonly state: LinkState;
  readonly link: { readonly userId: string | null; readonly customerV2Id: string | null };
  readonly conflictingIds: readonly string[];
  /** A half link that only the login claims. */
  readonly claimedByLoginOnly: boolean;
}

/** For whom a customer is shown. */
export interface Presentation {
  readonly settings: IndexSettings;
  readonly now: Date;
  /** Contact data is masked. */
  readonly masked: boolean;
  /** Shown to the customer themself: nothing of it may name other people's records. */
  readonly own: boolean;
}

/**
 * The values of a Customer, each worked out when it is asked for, by the table in docs/domain.md. Nested records are set
 * beforehand, batched for a whole page, so that no field waits.
 */
export class CustomerView implements Customer {
  readonly source: CustomerSource;
  deliveryBoy: DeliveryBoyContact | null = null;
  account: StoredAccount | null = null;
  private readonly presentation: Presentation;
  private rememberedValues: CustomerValues | undefined;

  constructor(source: CustomerSource, presentation: Presentation) {
    this.source = source;
    this.presentation = presentation;
  }

  /**
   * The values of fields, as a plain row: what goes wrong in one fails in the resolver that reads
   * it, where it is caught, and not in the middle of executing.
   */
  toRow(fields: readonly (keyof Customer)[]): Customer {
    const row: Record<string, unknown> = {};
    for (const field of fields) row[field] = this[field];
    return row as unknown as Customer;
  }

  get id(): string {
    return this.source.id;
  }

  get name(): string | null {
    return this.values.name;
  }

  get phone(): string | null {
    return this.phoneText(this.values.phone);
  }

  get phoneE164(): string | null {
    return this.phoneText(this.canonicalPhone);
  }

  get email(): string | null {
    return this.emailText(this.values.email);
  }

  get address(): string | null {
    return this.addressText(this.values.address);
  }

  get area(): string | null {
    return this.values.area;
  }

  get status(): CustomerStatus {
    return this.values.status;
  }

  get isActive(): boolean {
    return this.values.status === 'ACTIVE';
  }

  get createdAt(): Date | null {
    return this.values.createdAt;
  }

  get systems(): (keyof typeof SourceSystem)[] {
    const { login, delivery } = this.source;
    return [
      ...(login === null ? [] : (['USERS'] as const)),
      ...(delivery === null ? [] : (['CUSTOMERS_V2'] as const)),
    ];
  }

  get link(): CustomerLink {
    const { state, link, conflictingIds } = this.source;
    return { state, ...link, conflictingIds: this.presentation.own ? [] : [...conflictingIds] };
  }

  get login(): Login | null {
    const { login, link } = this.source;
    return login === null ? null : this.loginOf(login, link.userId ?? login.keyText);
  }

  get delivery(): DeliveryRecord | null {
    const { delivery, link } = this.source;
    if (delivery === null) return null;
    return {
      customerV2Id: link.customerV2Id ?? delivery.keyText,
      name: delivery.name,
      phone: this.phoneText(delivery.phone),
      email: this.emailText(delivery.email),
      address: this.addressText(delivery.address),
      area: delivery.area,
      statusText: delivery.statusText,
      // The delivery record is the definitive one wherever there is one.
      createdAt: this.values.createdAt,
    };
  }

  get canLogin(): boolean {
    return this.loginBlockers.length === 0;
  }

  get loginBlockers(): LoginBlocker[] {
    return loginBlockers(this.source.login, this.source, this.presentation.now);
  }

  get canResetPassword(): boolean {
    const { login } = this.source;
    if (login?.isActive !== true) return false;
    if (deliverable(login) !== null) return true;
    const phone = canonicalPhone(login.phone, this.presentation.settings.defaultPhoneRegion);
    return phone !== null && canReceiveSms(phone);
  }

  get billingIssues(): BillingIssue[] {
    const { delivery, state } = this.source;
    const issues: BillingIssue[] = [];
    if (this.values.address === null) issues.push('NO_ADDRESS');
    if (this.canonicalPhone === null) issues.push('NO_PHONE');
    if (delivery === null) issues.push('NO_DELIVERY_RECORD');
    if (state === 'CONFLICT') issues.push('LINK_CONFLICT');
    return issues;
  }

  get differences(): FieldDifference[] {
    const shown = { name: (text: string | null) => text, phone: this.phoneText, email: this.emailText };
    return fieldDifferences(this.source, this.presentation.settings.defaultPhoneRegion).map((difference) => {
      const show = shown[difference.field as keyof typeof shown].bind(this);
      return {
        field: difference.field,
        usersValue: show(difference.usersValue),
        customersV2Value: show(difference.customersV2Value),
      };
    });
  }

  private get values(): CustomerValues {
    this.rememberedValues ??= customerValues(this.source, this.presentation.settings.legacyTimezone);
    return this.rememberedValues;
  }

  private get canonicalPhone(): string | null {
    return canonicalPhone(this.values.phone, this.presentation.settings.defaultPhoneRegion);
  }

  private loginOf(login: LoginRecord, userId: string): Login {
    const shown = showLogin(login, this.account, userId);
    return { ...shown, email: this.emailText(login.email), phone: this.phoneText(login.phone) };
  }

  private phoneText(phone: string | null): string | null {
    return this.presentation.masked ? maskPhone(phone) : phone;
  }

  private emailText(email: string | null): string | null {
    return this.presentation.masked ? maskEmail(email) : email;
  }

  private addressText(address: string | null): string | null {
    return this.presentation.masked ? maskText(address) : address;
  }
}

/** Every field of a Customer that a view has a value for. */
export const customerFields: readonly (keyof Customer)[] = [
  'id',
  'name',
  'phone',
  'phoneE164',
  'email',
  'address',
  'area',
  'status',
  'isActive',
  'createdAt',
  'systems',
  'link',
  'login',
  'delivery',
  'canLogin',
  'loginBlockers',
  'canResetPassword',
  'billingIssues',
  'deliveryBoy',
  'differences',
];
