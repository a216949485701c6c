import { type Document, Double, Int32, type ObjectId } from 'mongodb';
import { ABSENT, type LoginChoices, type RecordChoices } from './demo-documents.ts';
import type { DemoPerson } from './demo-people.ts';

/** What the scenarios build with; `addLogin` and `addRecord` return the document that they added. */
export type DemoWorld = {
  person: (given?: Partial<DemoPerson>) => DemoPerson;
  uuid: () => string;
  addLogin: (choices: LoginChoices) => Document;
  addRecord: (choices: RecordChoices) => Document;
  /** A delivery boy who serves customers. */
  deliveryBoyId: string;
};

/**
 * Every way in which a login (U, or A for a login that is no customer's) and a delivery record (D) can name
 * each other, each at least once: domain.md, "Who is one customer". `→` claims, `↔` both claim, `✗` nothing
 * is there.
 */
export function addLinkScenarios(world: DemoWorld): void {
  addJoinedPairs(world);
  addDanglingLinks(world);
  addRivalClaims(world);
  addClaimsOfStaff(world);
  addLinksOfWrongTypes(world);
  addMissingAndSharedIds(world);
}

/** U↔D nine times (the demo customer makes ten), U→D twice, D→U twice. */
function addJoinedPairs({ person, uuid, addLogin, addRecord }: DemoWorld): void {
  const pair = (loginClaims: boolean, recordClaims: boolean, fields: Document = {}) => {
    const somebody = person();
    const [u, d] = [uuid(), uuid()];
    addLogin({ person: somebody, id: u, ...(loginClaims ? { link: d } : {}) });
    addRecord({ person: somebody, id: d, ...(recordClaims ? { link: u } : {}), fields });
  };
  for (let count = 0; count < 6; count++) pair(true, true);
  // Halves that tell different stories: the differences are shown, never hidden.
  pair(true, true, { name: person().name });
  pair(true, true, { phone: person().phone });
  pair(true, true, { email: person().email });
  for (let count = 0; count < 2; count++) pair(true, false);
  for (let count = 0; count < 2; count++) pair(false, true);
}

/** U→✗, U→ the `_id` of a record (which is no id), D→✗ twice, and U→✗ with D→U. */
function addDanglingLinks({ person, uuid, addLogin, addRecord }: DemoWorld): void {
  addLogin({ person: person(), link: uuid() });
  const somebody = person();
  const record = addRecord({ person: somebody, tidy: true, link: null });
  addLogin({ person: somebody, link: String(record._id) });
  for (let count = 0; count < 2; count++) addRecord({ person: person(), link: uuid() });

  const claimed = uuid();
  addLogin({ person: person(), id: claimed, link: uuid() });
  addRecord({ person: person(), link: claimed });
}

/** U1→D←U2, D1→U←D2, U1↔D with U2→D, U↔D1 with D2→U, U→D1 with D2→U, U1→D→U2. */
function addRivalClaims({ person, uuid, addLogin, addRecord }: DemoWorld): void {
  const wanted = uuid();
  addRecord({ person: person(), id: wanted });
  addLogin({ person: person(), link: wanted });
  addLogin({ person: person(), link: wanted });

  const courted = uuid();
  addLogin({ person: person(), id: courted });
  addRecord({ person: person(), link: courted });
  addRecord({ person: person(), link: courted });

  const [husband, home] = [uuid(), uuid()];
  const couple = person();
  addLogin({ person: couple, id: husband, link: home });
  addRecord({ person: couple, id: home, link: husband });
  addLogin({ person: person({ phone: couple.phone }), link: home });

  const [owner, flat] = [uuid(), uuid()];
  const landlord = person();
  addLogin({ person: landlord, id: owner, link: flat });
  addRecord({ person: landlord, id: flat, link: owner });
  addRecord({ person: person(), link: owner });

  const [login, first] = [uuid(), uuid()];
  addRecord({ person: person(), id: first });
  addLogin({ person: person(), id: login, link: first });
  addRecord({ person: person(), link: login });

  const [before, between, after] = [uuid(), uuid(), uuid()];
  addLogin({ person: person(), id: before, link: between });
  addRecord({ person: person(), id: between, link: after });
  addLogin({ person: person(), id: after });
}

/** A↔D, A→D, U→D with A→D, and D→A where A delivers. The admins left the business; their logins stayed. */
function addClaimsOfStaff({ person, uuid, addLogin, addRecord, deliveryBoyId }: DemoWorld): void {
  const formerAdmin = (link: string, id = uuid()) =>
    addLogin({
      person: person(),
      id,
      link,
      role: 'admin',
      tidy: true,
      fields: { is_active: false, password_hash: ABSENT },
    });

  const [admin, own] = [uuid(), uuid()];
  formerAdmin(own, admin);
  addRecord({ person: person(), id: own, link: admin });

  const claimedOnly = uuid();
  formerAdmin(claimedOnly);
  addRecord({ person: person(), id: claimedOnly });

  const contested = uuid();
  const customer = person();
  addRecord({ person: customer, id: contested });
  addLogin({ person: customer, link: contested });
  formerAdmin(contested);

  addRecord({ person: person(), link: deliveryBoyId });
}

/** U→ObjectId with D→U, U→ObjectId, D→ObjectId, and links that are numbers. */
function addLinksOfWrongTypes({ person, uuid, addLogin, addRecord }: DemoWorld): void {
  const migrated = person();
  const login = uuid();
  const record = addRecord({ person: migrated, link: login, tidy: true });
  addLogin({ person: migrated, id: login, link: record._id as ObjectId });

  const other = person();
  const unclaimed = addRecord({ person: other, tidy: true, link: null });
  addLogin({ person: other, link: unclaimed._id as ObjectId });

  const third = person();
  const stranger = addRecord({ person: third, tidy: true, link: null });
  addRecord({ person: person(), link: stranger._id as ObjectId });

  addLogin({ person: person(), link: new Int32(4711) });
  addRecord({ person: person(), link: new Double(318) });
}

/** Logins and records without an id, with an id that two share, and the claims on those. */
function addMissingAndSharedIds({ person, uuid, addLogin, addRecord }: DemoWorld): void {
  addLogin({ person: person(), id: ABSENT });
  addRecord({ person: person(), id: ABSENT });
  addRecord({ person: person(), id: ABSENT });
  addRecord({ person: person(), id: null });

  const sharedByLogins = uuid();
  addLogin({ person: person(), id: sharedByLogins });
  addLogin({ person: person(), id: sharedByLogins });
  addRecord({ person: person(), link: sharedByLogins });

  const sharedByRecords = uuid();
  addRecord({ person: person(), id: sharedByRecords });
  addRecord({ person: person(), id: sharedByRecords });
  addLogin({ person: person(), link: sharedByRecords });

  // Ids are only compared within a collection: this login and this record are two customers in good order.
  const inBoth = uuid();
  addLogin({ person: person(), id: inBoth });
  addRecord({ person: person(), id: inBoth });
}
