import { AREAS, FAMILY_NAMES, GIVEN_NAMES, SOCIETIES, UNCOMMON_NAMES } from './demo-names.ts';
import type { SeededRandom } from './seeded-random.ts';

/** Somebody as they are, before anybody typed them into a form. */
export type DemoPerson = {
  name: string;
  /**
   * Ten digits, no prefix. Made up: all lie in the block 98765 xxxxx, which belongs to real subscribers too.
   */
  phone: string;
  /** Lower case, in a domain reserved for examples (RFC 2606). */
  email: string;
  address: string;
  area: string;
};

/** Draws people: no two share a phone or an e-mail, and a few share a name by chance, as in any town. */
export function demoPeople(random: SeededRandom): (given?: Partial<DemoPerson>) => DemoPerson {
  const phonesTaken = new Set<string>();
  let drawn = 0;

  const newPhone = (): string => {
    for (;;) {
      const phone = `98765${String(random.integer(10_000, 99_999))}`;
      if (!phonesTaken.has(phone)) {
        phonesTaken.add(phone);
        return phone;
      }
    }
  };

  return (given = {}) => {
    drawn++;
    // Every 25th name is an uncommon one: few, as in the business, but present in every list of 50.
    const uncommon = drawn % 25 === 0 ? UNCOMMON_NAMES[(drawn / 25 - 1) % UNCOMMON_NAMES.length] : undefined;
    const plainName = `${random.pick(GIVEN_NAMES)} ${random.pick(FAMILY_NAMES)}`;
    const mailName = uncommon?.mailName ?? plainName.toLowerCase().replace(' ', '.');
    const place = random.pick(AREAS);
    const flat = `${random.pick(['A', 'B', 'C', 'D'])}-${random.integer(1, 12)}0${random.integer(1, 6)}`;
    return {
      name: uncommon?.name ?? plainName,
      phone: given.phone ?? newPhone(),
      // The running number keeps addresses apart where names are shared.
      email: `${mailName}.${drawn}@${random.pick(['example.com', 'example.net', 'example.org'])}`,
      address: `${flat}, ${random.pick(SOCIETIES)}, ${random.pick(place.streets)}, Pune ${place.pincode}`,
      area: place.area,
      ...given,
    };
  };
}
