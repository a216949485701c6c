import type { Document } from 'mongodb';
import { ABSENT, demoDocuments } from './demo-documents.ts';
import { DEMO_PASSWORD } from './demo-passwords.ts';
import { demoPeople } from './demo-people.ts';
import { addLinkScenarios, type DemoWorld } from './link-scenarios.ts';
import { seededRandom } from './seeded-random.ts';
import { addUnlinkedLookalikes } from './unlinked-customers.ts';

/** Two collections as the older application stores them, and the log-ins to show. */
export type DemoData = {
  users: Document[];
  customersV2: Document[];
  people: DemoLogins;
};

/** E-mails to log in with; {@link DemoLogins.password} opens each of them. */
export type DemoLogins = {
  adminEmail: string;
  analystEmail: string;
  deliveryBoyEmail: string;
  /** A customer whose login and delivery record are linked both ways. */
  customerEmail: string;
  /** In clear, and public. */
  password: string;
};

/** How many documents {@link generateDemoData} makes, whatever the seed. */
export const DEMO_COUNTS = {
  deliveryRecords: 300,
  customerLogins: 45,
  deliveryBoys: 6,
  analysts: 1,
  /** The demo admin, and three who left: domain.md's examples of an operator's login linked as a customer. */
  admins: 4,
} as const;

/**
 * The demo data: a business in Pune of 300 delivery records and 45 logins, with every kind of mess that
 * domain.md names. Pure: the same seed (default 1) gives the same documents in the same order, `_id`s
 * included; nothing reads a clock. What is in it: docs/demo-data.md.
 *
 * The unique indexes on the two link fields cannot be built over it: two logins claim one record, as in real
 * life.
 */
export function generateDemoData(options: { seed?: number } = {}): DemoData {
  const random = seededRandom(options.seed ?? 1);
  const person = demoPeople(random);
  const [adminId, inactiveId] = [random.uuid(), random.uuid()];
  const [firstBoyId, ...otherBoyIds] = Array.from({ length: DEMO_COUNTS.deliveryBoys - 1 }, random.uuid);
  const deliveryBoyId = firstBoyId as string;
  const staff = { activeIds: [deliveryBoyId, ...otherBoyIds], inactiveId, adminId };
  const { login, record } = demoDocuments(random, staff);

  const users: Document[] = [];
  const customersV2: Document[] = [];
  const world: DemoWorld = {
    person,
    uuid: random.uuid,
    addLogin: (choices) => added(users, login(choices)),
    addRecord: (choices) => added(customersV2, record(choices)),
    deliveryBoyId,
  };

  const people = addDemoLogins(world, staff);
  addLinkScenarios(world);
  addUnlinkedLookalikes(world);
  // Most customers of such a business have a delivery record and nothing else.
  while (customersV2.length < DEMO_COUNTS.deliveryRecords) world.addRecord({ person: person() });

  return { users: random.shuffled(users), customersV2: random.shuffled(customersV2), people };
}

/** The staff, and a customer linked both ways. */
function addDemoLogins(
  { person, uuid, addLogin, addRecord }: DemoWorld,
  staff: { activeIds: readonly string[]; inactiveId: string; adminId: string },
): DemoLogins {
  const people: DemoLogins = {
    adminEmail: 'admin@example.com',
    analystEmail: 'analyst@example.com',
    deliveryBoyEmail: 'delivery@example.com',
    customerEmail: 'priya.nair@example.com',
    password: DEMO_PASSWORD,
  };
  const noLink = { link: ABSENT, tidy: true };
  addLogin({
    ...noLink,
    person: person({ name: 'Asha Deo', email: people.adminEmail }),
    id: staff.adminId,
    role: 'admin',
  });
  addLogin({
    ...noLink,
    person: person({ name: 'Nitin Vaidya', email: people.analystEmail }),
    role: 'analyst',
  });
  staff.activeIds.forEach((id, index) => {
    const email = index === 0 ? people.deliveryBoyEmail : `delivery.${index + 1}@example.com`;
    addLogin({ ...noLink, person: person({ email }), id, role: 'delivery_boy' });
  });
  addLogin({
    ...noLink,
    person: person({ email: `delivery.${staff.activeIds.length + 1}@example.com` }),
    id: staff.inactiveId,
    role: 'delivery_boy',
    fields: { is_active: false },
  });

  const [u, d] = [uuid(), uuid()];
  const customer = person({ name: 'Priya Nair', email: people.customerEmail });
  addLogin({ person: customer, id: u, link: d, tidy: true });
  addRecord({ person: customer, id: d, link: u, tidy: true });
  return people;
}

function added(list: Document[], document: Document): Document {
  list.push(document);
  return document;
}
