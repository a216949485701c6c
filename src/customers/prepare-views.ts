import type { LoginRecord } from '../database/stored-documents.ts';
import { type CustomerDependencies, type CustomerRequest, presentationFor } from './customer-access.ts';
import type { Customer, DeliveryBoyContact } from './customer-type.ts';
import { type CustomerSource, CustomerView, customerFields } from './customer-view.ts';
import { maskPhone } from './mask.ts';

/**
 * Customers ready to be shown: what the operation selects beneath them is read here, one batch for all of them, so that
 * no field has to wait for its own.
 */
export async function prepareViews(
  dependencies: Pick<CustomerDependencies, 'settings' | 'now'>,
  request: CustomerRequest,
  sources: readonly CustomerSource[],
): Promise<Customer[]> {
  const presentation = presentationFor(request.viewer, dependencies);
  const views = sources.map((source) => new CustomerView(source, presentation));
  await Promise.all([
    request.selected.has('deliveryBoy') ? setDeliveryBoys(views, request, presentation.masked) : undefined,
    accountFields.some((field) => request.selected.has(field)) ? setAccounts(views, request) : undefined,
  ]);
  const fields = customerFields.filter((field) => request.selected.has(field));
  return views.map((view) => view.toRow(fields));
}

const accountFields = ['mustChangePassword', 'credentialsSentAt', 'lastLoginAt'];

async function setDeliveryBoys(
  views: CustomerView[],
  { loaders }: CustomerRequest,
  masked: boolean,
): Promise<void> {
  const ids = views.map((view) => view.source.delivery?.deliveryBoyId ?? null);
  const contacts = new Map<string, DeliveryBoyContact | null>();
  await Promise.all(
    [...new Set(ids)].map(async (id) => {
      if (id !== null) contacts.set(id, contact(await loaders.deliveryBoy.load(id), masked));
    }),
  );
  views.forEach((view, index) => {
    view.deliveryBoy = contacts.get(ids[index] ?? '') ?? null;
  });
}

async function setAccounts(views: CustomerView[], { loaders }: CustomerRequest): Promise<void> {
  await Promise.all(
    views.map(async (view) => {
      if (view.source.login !== null) view.account = await loaders.account.load(view.source.login.key);
    }),
  );
}

function contact(deliveryBoy: LoginRecord | null, masked: boolean): DeliveryBoyContact | null {
  if (deliveryBoy === null) return null;
  const { id, name, phone, keyText } = deliveryBoy;
  return { id: id ?? keyText, name, phone: masked ? maskPhone(phone) : phone };
}
