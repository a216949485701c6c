import type { SeededRandom } from './seeded-random.ts';

/** One of those whom records are about; several records may be about the same one. */
export interface RandomPerson {
  readonly name: string;
  /** Ten digits; members of a household share them. */
  readonly phone: string;
  readonly email: string;
}

/** About half as many people as records, so that the two collections hold the same ones now and then. */
export function randomPeople(random: SeededRandom, records: number): RandomPerson[] {
  const people: RandomPerson[] = [];
  for (let at = 0; at < Math.ceil(records / 2); at++) {
    const first = random.pick(firstNames);
    const last = random.pick(lastNames);
    const household = people.length > 0 && random.chance(0.2);
    people.push({
      name: `${first} ${last}`,
      phone: household
        ? random.pick(people).phone
        : `${random.pick(['6', '7', '8', '9'])}${digits(random, 9)}`,
      email: `${asciiWord(first)}.${asciiWord(last)}${at}@${random.pick(['example.com', 'mail.example.in', 'example.org'])}`,
    });
  }
  return people;
}

/** Everything of a login but `_id`, `id` and its link. At least the first one of a set is a delivery boy. */
export function randomUser(
  random: SeededRandom,
  people: readonly RandomPerson[],
  at: number,
): Record<string, unknown> {
  const person = random.pick(people);
  return withoutUndefined({
    name: randomName(random, person),
    phone: randomPhone(random, person),
    email: randomEmail(random, person),
    password_hash: randomHash(random),
    role: at === 0 ? 'delivery_boy' : randomRole(random),
    is_active: random.pick([true, true, true, true, undefined, undefined, null, false, false, 'true', 0, 1]),
    created_at: randomCreatedAt(random),
  });
}

/** Everything of a delivery record but `_id`, `id`, its delivery boy and its link. */
export function randomCustomerV2(
  random: SeededRandom,
  people: readonly RandomPerson[],
): Record<string, unknown> {
  const person = random.pick(people);
  return withoutUndefined({
    name: randomName(random, person),
    phone: randomPhone(random, person),
    email: random.chance(0.4) ? undefined : randomEmail(random, person),
    address: random.pick([
      `${1 + random.below(99)} ${random.pick(streets)}`,
      random.pick(streets),
      '',
      '  ',
      null,
      undefined,
      12,
    ]),
    area: random.pick([...areas, ...areas, '', ' ', null, undefined]),
    status: random.pick([
      ...statuses,
      ...statuses,
      'Active',
      ' active',
      'VIP',
      'on hold',
      '',
      null,
      undefined,
      1,
    ]),
    created_at: randomCreatedAt(random),
  });
}

const firstNames = [
  'Asha',
  'Ravi',
  'Priya',
  'José',
  'Zoë',
  'Anil',
  'Meera',
  'O’Neil',
  'प्रिया',
  'रवि',
  'ÅSA',
  'Anne-Marie',
];
const lastNames = ['Kumar', 'Sharma', 'D’Souza', 'Müller', 'Patil', 'शर्मा', 'Rao', 'van der Berg', 'Iyer'];
const streets = ['MG Road', 'Karve Nagar, near the temple', 'Lane 5 / Flat B', 'शिवाजी नगर'];
const areas = ['Kothrud', 'Baner', 'kothrud', 'Aundh ', 'Viman Nagar'];
const statuses = ['active', 'active', 'active', 'trial', 'paused', 'inactive'];

function withoutUndefined(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function digits(random: SeededRandom, count: number): string {
  return Array.from({ length: count }, () => random.below(10)).join('');
}

function asciiWord(word: string): string {
  const ascii = word
    .normalize('NFD')
    .replace(/[^A-Za-z]/g, '')
    .toLowerCase();
  return ascii === '' ? 'person' : ascii;
}

function randomName(random: SeededRandom, person: RandomPerson): unknown {
  const { name } = person;
  const spellings = [
    name,
    name,
    name,
    name,
    name.toUpperCase(),
    name.toLowerCase(),
    `  ${name.replace(' ', '   ')} `,
  ];
  const oddities = [
    name.normalize('NFD'),
    name.normalize('NFD').replace(/[\u0300-\u036f]/g, ''),
    '',
    ' ',
    null,
    undefined,
    42,
  ];
  return random.pick(random.chance(0.7) ? spellings : oddities);
}

function randomPhone(random: SeededRandom, { phone }: RandomPerson): unknown {
  const [front, back] = [phone.slice(0, 5), phone.slice(5)];
  const spellings = [
    phone,
    phone,
    `+91 ${front} ${back}`,
    `0${front}-${back}`,
    `+91${phone}`,
    `91${phone}`,
    ` ${front} ${back} `,
    `(+91) ${front}-${back}`,
    `0091 ${phone}`,
  ];
  const oddities = [
    '022 2345 6789',
    '+44 7400 123456',
    '+1 202 555 0123',
    '12345',
    'n/a',
    '',
    '   ',
    null,
    undefined,
    Number(phone),
  ];
  return random.pick(random.chance(0.75) ? spellings : oddities);
}

function randomEmail(random: SeededRandom, { phone, email }: RandomPerson): unknown {
  const spellings = [
    email,
    email,
    email.toUpperCase(),
    ` ${email}`,
    email.replace(/^./, (letter) => letter.toUpperCase()),
  ];
  const oddities = [
    `${phone}@delivery.local`,
    `${phone}@Delivery.LOCAL `,
    'no address',
    'a@b',
    '',
    null,
    undefined,
    5,
  ];
  return random.pick(random.chance(0.6) ? spellings : oddities);
}

function randomHash(random: SeededRandom): unknown {
  const letters = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  const rest = Array.from({ length: 53 }, () => letters[random.below(64)]).join('');
  const usable = [`$2b$12$${rest}`, `$2b$10$${rest}`, `$2a$04$${rest}`, `$2y$31$${rest}`];
  const rubbish = [
    `$2b$03$${rest}`,
    `$2b$32$${rest}`,
    `$2x$10$${rest}`,
    `$2b$10$${rest.slice(1)}`,
    `$2b$10$${rest}A`,
    'secret',
  ];
  const none = [undefined, null, '', 1234];
  return random.pick(random.chance(0.65) ? usable : [...rubbish, ...none]);
}

function randomRole(random: SeededRandom): unknown {
  const chance = random.next();
  if (chance < 0.84) return 'customer';
  if (chance < 0.89) return 'admin';
  if (chance < 0.94) return 'delivery_boy';
  return random.pick(['analyst', 'Customer', 'manager', '', null, undefined, 1]);
}

function randomCreatedAt(random: SeededRandom): unknown {
  const time = new Date(1_420_070_400_000 + random.below(340_000_000) * 1000 + random.below(1000));
  const wallClock = time.toISOString().slice(0, -1);
  const seconds = wallClock.slice(0, 19);
  const usual = [`${seconds}.${digits(random, 6)}`, wallClock, seconds];
  const oddities = [
    time.toISOString(),
    `${wallClock}+05:30`,
    `${seconds}-08:00`,
    seconds.slice(0, 16),
    seconds.slice(0, 10),
    time,
    '2023-02-30T10:00:00',
    'yesterday',
    '',
    null,
    undefined,
  ];
  return random.pick(random.chance(0.6) ? usual : oddities);
}
