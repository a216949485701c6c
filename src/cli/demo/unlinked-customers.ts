import type { RecordChoices } from './demo-documents.ts';
import { SHARED_NAME } from './demo-names.ts';
import type { DemoWorld } from './link-scenarios.ts';

/**
 * Logins and delivery records without any link that belong together, seem to, or only share something: what
 * suggestions, look-ups and duplicates have to cope with. Adds 10 logins.
 */
export function addUnlinkedLookalikes(world: DemoWorld): void {
  addSamePeople(world);
  addHouseholds(world);
  addStrangers(world);
}

/** Three logins whose phone and name, and one whose e-mail and name, are those of one delivery record. */
function addSamePeople({ person, addLogin, addRecord }: DemoWorld): void {
  for (let count = 0; count < 3; count++) {
    const somebody = person();
    addRecord({ person: somebody, fields: { name: somebody.name, phone: somebody.phone } });
    const spelled = `+91 ${somebody.phone.slice(0, 5)} ${somebody.phone.slice(5)}`;
    addLogin({ person: somebody, fields: { name: somebody.name, phone: spelled } });
  }
  const moved = person();
  addRecord({ person: moved, fields: { name: moved.name, email: moved.email } });
  addLogin({
    person: moved,
    fields: { name: moved.name, email: moved.email.toUpperCase(), phone: person().phone },
  });
}

/** Six households that share a phone (and a door); one of them has two logins with that phone. */
function addHouseholds({ person, addLogin, addRecord }: DemoWorld): void {
  const member = (head: RecordChoices['person']) => {
    const { phone, address, area } = head;
    const given = person();
    const family = head.name.split(' ').at(-1) ?? '';
    return { ...given, phone, address, area, name: `${given.name.split(' ')[0]} ${family}` };
  };
  const [crowded] = [4, 3, 3, 2, 2, 2].map((size) => {
    const head = person();
    return [head, ...Array.from({ length: size - 1 }, () => member(head))].map((one, index) => {
      const spelled = index === 1 ? `0${one.phone.slice(0, 5)}-${one.phone.slice(5)}` : one.phone;
      addRecord({ person: one, fields: { phone: spelled, address: one.address, area: one.area } });
      return one;
    });
  });
  for (const one of crowded?.slice(0, 2) ?? []) addLogin({ person: one, fields: { phone: one.phone } });
  // One mailbox for two people.
  const { email } = person();
  addRecord({ person: person({ email }), fields: { email } });
  addRecord({ person: person({ email }), fields: { email: email.toUpperCase() } });
}

/**
 * A login registered with somebody else's phone, one that shares a name alone, three of one name, a loner.
 */
function addStrangers({ person, addLogin, addRecord }: DemoWorld): void {
  const victim = person();
  addRecord({ person: victim, fields: { phone: victim.phone } });
  addLogin({
    person: person({ phone: victim.phone }),
    fields: { phone: victim.phone, email: `${victim.phone}@delivery.local` },
  });

  const namesake = person();
  addRecord({ person: namesake, fields: { name: namesake.name } });
  addLogin({ person: person({ name: namesake.name }), fields: { name: namesake.name } });

  const shared = { name: SHARED_NAME };
  const sharers = [1, 2, 3].map((number) => person({ ...shared, email: `ravi.kumar.${number}@example.com` }));
  const [one, two, three] = sharers.map((somebody) => ({ person: somebody, tidy: true, link: null }));
  if (one) addRecord(one);
  if (two) addRecord({ ...two, fields: { name: `${SHARED_NAME} `, status: 'paused' } });
  if (three) addLogin(three);

  addLogin({ person: person() });
}
