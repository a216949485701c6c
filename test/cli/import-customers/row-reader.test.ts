import { describe, expect, it } from 'vitest';
import { createRowReader } from '../../../src/cli/import-customers/row-reader.ts';
import { SeenContacts } from '../../../src/cli/import-customers/seen-contacts.ts';
import type { OnExisting } from '../../../src/customers/create-types.ts';

const columns = { name: 0, phone: 1, address: 2, area: 3, status: 4, email: 5, delivery_boy_id: 6 };

function reader(onExisting: OnExisting = 'ASK', defaults = {}) {
  const read = createRowReader({
    mapping: { columns, defaults, ignored: [] },
    onExisting,
    defaultPhoneRegion: 'IN',
  });
  let line = 1;
  return (...fields: string[]) => {
    line++;
    const { read: row } = read({ line, bytes: Buffer.alloc(0), fields, fault: null });
    return 'problem' in row ? [row.problem.field, row.problem.message] : row.input;
  };
}

describe('a row of an import', () => {
  it('becomes the input of createCustomer', () => {
    expect(reader()('Asha', '98765 43210', 'Lane 1', 'Baner', ' Trial', 'A@example.com', 'b1')).toEqual({
      name: 'Asha',
      phone: '98765 43210',
      address: 'Lane 1',
      area: 'Baner',
      status: 'TRIAL',
      email: 'A@example.com',
      deliveryBoyId: 'b1',
      onExisting: 'ASK',
    });
  });

  it('has the default of a field whose cell is empty, and nothing where there is none', () => {
    const row = reader('ADOPT', { area: 'Aundh', status: 'paused' })(
      'A',
      '9876543210',
      'Lane 1',
      '',
      '',
      '',
      '',
    );
    expect(row).toMatchObject({ area: 'Aundh', status: 'PAUSED', email: null, deliveryBoyId: null });
  });

  it.each([
    ['name', ['', '9876543210', 'Lane', 'Baner', '', '', '']],
    ['phone', ['A', '12', 'Lane', 'Baner', '', '', '']],
    ['address', ['A', '9876543210', ' ', 'Baner', '', '', '']],
    ['area', ['A', '9876543210', 'Lane', '', '', '', '']],
    ['status', ['A', '9876543210', 'Lane', 'Baner', 'gone', '', '']],
    ['email', ['A', '9876543210', 'Lane', 'Baner', '', 'no address', '']],
    ['email', ['A', '9876543210', 'Lane', 'Baner', '', '9876543210@delivery.local', '']],
    ['delivery_boy_id', ['A', '9876543210', 'Lane', 'Baner', '', '', 'x'.repeat(201)]],
    ['address', ['A', '9876543210', 'x'.repeat(501), 'Baner', '', '', '']],
  ])('is refused by the rules of createCustomer, naming the column: %s', (field, fields) => {
    expect(reader()(...fields)).toEqual([field, expect.stringMatching(/\.$/)]);
  });

  it('is refused with the line of the first when an earlier one has its phone or e-mail, however spelled', () => {
    const read = reader();
    read('A', '98765 43210', 'Lane', 'Baner', '', 'a@example.com', '');
    expect(read('B', '+919876543210', 'Lane', 'Baner', '', '', '')).toEqual([
      'phone',
      'Line 2 has the same phone.',
    ]);
    expect(read('C', '9876543211', 'Lane', 'Baner', '', 'A@Example.com', '')).toEqual([
      'email',
      'Line 2 has the same e-mail.',
    ]);
  });

  it('is not taken for a double of one that was refused', () => {
    const read = reader();
    read('A', '9876543210', '', 'Baner', '', '', '');
    expect(read('A', '9876543210', 'Lane', 'Baner', '', 'a@example.com', '')).toMatchObject({ name: 'A' });
    read('B', '9876543211', 'Lane', 'Baner', '', 'a@example.com', '');
    expect(read('C', '9876543211', 'Lane', 'Baner', '', '', '')).toMatchObject({ name: 'C' });
  });

  it('may share a phone when everybody is to be created apart', () => {
    const read = reader('CREATE_SEPARATE');
    read('A', '9876543210', 'Lane', 'Baner', '', '', '');
    expect(read('B', '9876543210', 'Lane', 'Baner', '', '', '')).toMatchObject({ name: 'B' });
  });
});

describe('the contacts of a file', () => {
  it('are each remembered with the line they came on first, however many there are', () => {
    const seen = new SeenContacts();
    const contacts = Array.from({ length: 20_000 }, (_, index) => `+9198${index}`);
    const early = contacts.filter((contact, index) => {
      const line = seen.lineOf(contact);
      seen.remember(contact, index + 2);
      return line !== null;
    });
    expect(early).toEqual([]);
    expect(contacts.every((contact, index) => seen.lineOf(contact) === index + 2)).toBe(true);
  });
});
