import { type Document, ObjectId } from 'mongodb';
import { SHARED_NAME } from '../../../src/cli/demo/demo-names.ts';
import type { DemoData } from '../../../src/cli/demo/generate-demo-data.ts';
import { judgeLinks, type LinkState, linkShapes } from './link-graph.ts';

/** A kind of mess, and the documents of the data set that show it. */
export type Mess = { section: string; mess: string; found: Document[] };

/** Looks for every mess that domain.md names; an empty `found` means that the data set lacks it. */
export function findMesses(data: DemoData): Mess[] {
  const logins = data.users.filter((user) => user.role === 'customer');
  const staff = data.users.filter((user) => user.role !== 'customer');
  return [
    ...linkStateRows(data),
    ...workedExampleRows(data),
    ...fieldRows('Logins of role `customer`', logins, loginMesses),
    ...fieldRows('Staff (`users`)', staff, staffMesses),
    ...fieldRows('Delivery records', data.customersV2, recordMesses(data.users)),
    ...fieldRows('Both collections', [...logins, ...data.customersV2], sharedMesses),
    ...peopleRows(logins, data.customersV2),
  ];
}

function linkStateRows(data: DemoData): Mess[] {
  const judged = judgeLinks(data);
  const states: LinkState[] = [
    'LINKED',
    'HALF_LINKED',
    'ORPHANED_USER',
    'ORPHANED_V2',
    'DANGLING',
    'CONFLICT',
  ];
  return states.map((state) => ({
    section: 'Link states (customers)',
    mess: state,
    found: judged.flatMap((one) => (one.state === state ? [(one.record ?? one.login) as Document] : [])),
  }));
}

/** Shapes in the notation of `linkShapes`; `?` after a kind: its id is missing or shared. */
const workedExamples: Record<string, string> = {
  'U↔D': 'D(U=;U=) U(D=;D=)',
  'U→D': 'D(-;U) U(D;)',
  'D→U': 'D(U;) U(-;D)',
  'U alone': 'U(-;)',
  'D alone': 'D(-;)',
  'U→✗': 'U(✗;)',
  'D→✗': 'D(✗;)',
  'U→✗ and D→U': 'D(U;) U(✗;D)',
  'U1→D←U2': 'D(-;U,U) U(D;) U(D;)',
  'D1→U←D2': 'D(U;) D(U;) U(-;D,D)',
  'U1↔D and U2→D': 'D(U=;U,U=) U(D;) U(D=;D=)',
  'U↔D1 and D2→U': 'D(U;) D(U=;U=) U(D=;D,D=)',
  'U→D1 and D2→U': 'D(-;U) D(U;) U(D;D)',
  'U1→D→U2': 'D(U;U) U(-;D) U(D;)',
  'A↔D': 'A(D=;D=) D(A=;A=)',
  'A→D': 'A(D;) D(-;A)',
  'D→A': 'A(-;D) D(A;)',
  'U→D and A→D': 'A(D;) D(-;A,U) U(D;)',
  'U→ObjectId and D→U': 'D(U;) U(oid;D)',
  'U→ObjectId': 'U(oid;)',
  'D→ObjectId': 'D(oid;)',
  'U→number': 'U(num;)',
  'D→number': 'D(num;)',
  'U→ an id that two records share': 'U(shared;)',
  'D→ an id that two logins share': 'D(shared;)',
};

function workedExampleRows(data: DemoData): Mess[] {
  const shapes = linkShapes(data);
  return Object.entries(workedExamples).map(([mess, shape]) => ({
    section: 'Worked examples (U login of a customer, A of somebody else, D delivery record)',
    mess,
    // The first document of each group that hangs together stands for it.
    found: (shapes.get(shape) ?? []).map((members) => members[0] as Document),
  }));
}

type Check = (document: Document, all: Document[]) => boolean;

function fieldRows(section: string, documents: Document[], checks: Record<string, Check>): Mess[] {
  return Object.entries(checks).map(([mess, check]) => ({
    section,
    mess,
    found: documents.filter((document) => check(document, documents)),
  }));
}

const holds = (field: string, pattern: RegExp): Check => {
  return (document) => typeof document[field] === 'string' && pattern.test(document[field]);
};
const lacks = (field: string): Check => {
  return (document) => !(field in document);
};
const isNull = (field: string): Check => {
  return (document) => document[field] === null;
};
const bcryptPattern = /^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/;
const shared = (field: string): Check => {
  return (document, all) =>
    typeof document[field] === 'string' &&
    all.filter((other) => other !== document && other[field] === document[field]).length > 0;
};

const loginMesses: Record<string, Check> = {
  'password hash `$2b$`, cost 12': holds('password_hash', /^\$2b\$12\$.{53}$/),
  'password hash `$2b$`, cost 10': holds('password_hash', /^\$2b\$10\$.{53}$/),
  'password hash `$2a$`': holds('password_hash', /^\$2a\$.{56}$/),
  'password hash `$2y$`': holds('password_hash', /^\$2y\$.{56}$/),
  'password hash missing': lacks('password_hash'),
  'password hash null': isNull('password_hash'),
  'password hash empty': holds('password_hash', /^$/),
  'password hash cut off': (login) =>
    holds('password_hash', /^\$2b\$/)(login, []) && !bcryptPattern.test(String(login.password_hash)),
  'password hash of another kind': holds('password_hash', /^pbkdf2:/),
  'password in plain text': holds('password_hash', /^[a-z0-9]+$/),
  'legacy reset token, plain text': holds('password_reset_token', /./),
  'legacy reset token that has not expired': holds('password_reset_expires', /^2099/),
  'legacy reset token null': isNull('password_reset_token'),
  '`is_active` missing': lacks('is_active'),
  '`is_active` false': (login) => login.is_active === false,
  'link missing': lacks('customer_v2_id'),
  'link null': isNull('customer_v2_id'),
  'link `""`': holds('customer_v2_id', /^$/),
  '`id` missing': lacks('id'),
  '`id` shared by two logins': shared('id'),
  'placeholder e-mail with capitals': holds('email', /@Delivery\.Local$/),
};

const staffMesses: Record<string, Check> = {
  'delivery boy': (user) => user.role === 'delivery_boy',
  'delivery boy, inactive': (user) => user.role === 'delivery_boy' && user.is_active === false,
  admin: (user) => user.role === 'admin',
  'admin, inactive, whose login claims a delivery record': (user) =>
    user.role === 'admin' && user.is_active === false && typeof user.customer_v2_id === 'string',
  analyst: (user) => user.role === 'analyst',
};

function recordMesses(users: Document[]): Record<string, Check> {
  const boy = (active: boolean): Check => {
    return (record) =>
      users.some(
        (user) =>
          user.role === 'delivery_boy' && user.is_active === active && user.id === record.delivery_boy_id,
      );
  };
  const known = ['active', 'trial', 'paused', 'inactive'];
  return {
    ...Object.fromEntries(
      known.map((status) => [`status \`${status}\``, ((record) => record.status === status) satisfies Check]),
    ),
    'status of any other text': (record) =>
      typeof record.status === 'string' && !known.includes(record.status),
    'status missing': lacks('status'),
    'delivery boy exists': boy(true),
    'delivery boy is inactive': boy(false),
    'delivery boy is somebody with another role': (record) =>
      typeof record.delivery_boy_id === 'string' &&
      users.some((user) => user.role !== 'delivery_boy' && user.id === record.delivery_boy_id),
    'delivery boy does not exist': (record) =>
      typeof record.delivery_boy_id === 'string' &&
      record.delivery_boy_id !== '' &&
      !users.some((user) => user.id === record.delivery_boy_id),
    'delivery boy missing': lacks('delivery_boy_id'),
    'delivery boy null': isNull('delivery_boy_id'),
    'delivery boy `""`': holds('delivery_boy_id', /^$/),
    'address missing': lacks('address'),
    'address null': isNull('address'),
    'address `""`': holds('address', /^$/),
    'area missing': lacks('area'),
    'area in other case or with spaces': holds('area', /^[a-z]|^[A-Z ]+$| $/),
    'e-mail null': isNull('email'),
    'e-mail `""`': holds('email', /^$/),
    'phone null': isNull('phone'),
    'phone `""`': holds('phone', /^$/),
    'phone of a landline': holds('phone', /^020-/),
    'name missing': lacks('name'),
    'link missing': lacks('user_id'),
    'link null': isNull('user_id'),
    'link `""`': holds('user_id', /^$/),
    '`id` missing': lacks('id'),
    '`id` null': isNull('id'),
    '`id` shared by two records': shared('id'),
    'a field that the gateway does not know (`notes`)': holds('notes', /./),
  };
}

const sharedMesses: Record<string, Check> = {
  'phone `9876543211`': holds('phone', /^\d{10}$/),
  'phone `+91 98765 43211`': holds('phone', /^\+91 \d{5} \d{5}$/),
  'phone `098765-43211`': holds('phone', /^0\d{5}-\d{5}$/),
  'phone missing': lacks('phone'),
  'phone that is none': holds('phone', /^[a-z ]+$/),
  'e-mail in mixed case': holds('email', /[A-Z].*[a-z]|[a-z].*[A-Z]/),
  'e-mail in capitals': holds('email', /^[^a-z]+$/),
  'e-mail `phone@delivery.local`': holds('email', /@delivery\.local$/i),
  'e-mail missing': lacks('email'),
  'name with accents': holds('name', /\p{Script=Latin}[\u0300-\u036f]|[À-ÿ]/u),
  'name in another script': holds('name', /[\u0600-\u0dff]/),
  'name in capitals': holds('name', /^[A-Z ]+$/),
  'name with stray spaces': holds('name', /^ | {2}| $/),
  '`created_at` without a zone': holds('created_at', /T[\d:.]+$/),
  '`created_at` with a zone': holds('created_at', /T.*(Z|[+-]\d\d:\d\d)$/),
  '`created_at` missing': lacks('created_at'),
  '`created_at` null': isNull('created_at'),
  '`_id` is an ObjectId': (document) => document._id instanceof ObjectId,
  '`_id` is text': (document) => typeof document._id === 'string',
};

function peopleRows(logins: Document[], records: Document[]): Mess[] {
  const section = 'People';
  const everybody = [...logins, ...records];
  const phone = (document: Document) =>
    String(document.phone ?? '')
      .replace(/\D/g, '')
      .slice(-10);
  const name = (document: Document) =>
    String(document.name ?? '')
      .trim()
      .toLowerCase()
      .replace(/\s+/g, ' ');
  const alike = (list: Document[], key: (document: Document) => string, least: number) =>
    list.filter(
      (one) => key(one).length >= 5 && list.filter((other) => key(other) === key(one)).length >= least,
    );
  const unlinked = logins.filter((login) => !login.customer_v2_id);
  const counterpart = (same: (login: Document, record: Document) => boolean) =>
    unlinked.filter((login) => records.some((record) => !record.user_id && same(login, record)));
  return [
    {
      section,
      mess: `the name ${SHARED_NAME}: three people`,
      found: everybody.filter((one) => name(one) === name({ name: SHARED_NAME })),
    },
    { section, mess: 'delivery records whose name occurs twice', found: alike(records, name, 2) },
    { section, mess: 'delivery records that share a phone (households)', found: alike(records, phone, 2) },
    { section, mess: 'logins that share a phone', found: alike(logins, phone, 2) },
    {
      section,
      mess: 'delivery records that share an e-mail',
      found: alike(
        records,
        (record) => {
          const email = String(record.email ?? '').toLowerCase();
          return email.endsWith('@delivery.local') ? '' : email;
        },
        2,
      ),
    },
    {
      section,
      mess: 'unlinked login with the phone and name of an unlinked delivery record',
      found: counterpart((login, record) => phone(login) === phone(record) && name(login) === name(record)),
    },
    {
      section,
      mess: 'unlinked login with the phone of an unlinked delivery record, under another name',
      found: counterpart(
        (login, record) =>
          phone(login).length === 10 && phone(login) === phone(record) && name(login) !== name(record),
      ),
    },
    {
      section,
      mess: 'an id that a login and a delivery record share',
      found: records.filter((record) => record.id && logins.some((login) => login.id === record.id)),
    },
  ];
}
