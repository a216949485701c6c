import { describe, expect, it } from 'vitest';
import {
  mapColumns,
  readDefaultOption,
  readFieldOption,
} from '../../../src/cli/import-customers/column-mapping.ts';
import { readDelimiter } from '../../../src/cli/import-customers/detect-delimiter.ts';

function map(header: string, maps: string[] = [], defaults: string[] = []) {
  return mapColumns(header.split(','), {
    map: maps.map(readFieldOption),
    defaults: defaults.map(readDefaultOption),
  });
}

describe('the columns of an import', () => {
  it.each([
    ['name,phone,address,area', { name: 0, phone: 1, address: 2, area: 3 }],
    ['AREA,Address,PHONE,Name', { name: 3, phone: 2, address: 1, area: 0 }],
    ['name,phone,address,area,Delivery Boy ID', { delivery_boy_id: 4 }],
    ['name,phone,address,area,deliveryBoyId,E_mail,STATUS', { delivery_boy_id: 4, email: 5, status: 6 }],
  ])('are found by themselves, case, spaces and underscores aside: %s', (header, columns) => {
    expect(map(header).columns).toMatchObject(columns);
  });

  it('are those that --map names, though another has the name of the field, and the others are listed', () => {
    const mapped = map(
      'Full Name,Mobile,phone,address,Zone,Notes,',
      ['name=full name', 'phone=Mobile', 'area=Zone'],
      [],
    );
    expect(mapped.columns).toEqual({ name: 0, phone: 1, address: 3, area: 4 });
    expect(mapped.ignored).toEqual(['phone', 'Notes']);
  });

  it('need not be there where --default gives a constant', () => {
    expect(map('name,phone,address', [], ['area=Baner', 'status=trial']).defaults).toEqual({
      area: 'Baner',
      status: 'trial',
    });
  });

  it.each([
    ['name,mobile,area', [], [], /no column for phone, address; it has "name", "mobile", "area"/],
    ['', [], [], /no column for name, phone, address, area; it has none/],
    ['name,phone,address,area,Phone', [], [], /two columns of the file are named "Phone"/],
    ['name,phone,address,area', ['area=Zone'], [], /no column "Zone"; it has "name"/],
    ['name,phone,address,area', ['area=name', 'area=phone'], [], /--map names two columns for area/],
    ['name,phone,address,area', [], ['area=a', 'area=b'], /--default names two values for area/],
  ])(
    'are refused before anything is read when they are not clear: %s %s',
    (header, maps, defaults, message) => {
      expect(() => map(header, maps, defaults)).toThrow(message);
    },
  );

  it.each([
    [() => readFieldOption('area'), /It is field=value/],
    [() => readFieldOption('role=admin'), /one of name, phone/],
    [() => readDefaultOption('phone=1'), /Each customer has their own phone/],
    [() => readDelimiter(',,'), /one character/],
    [() => readDelimiter('a'), /one character/],
    [() => readDelimiter('"'), /one character/],
  ])('and options that say nothing are refused', (read, message) => {
    expect(read).toThrow(message);
  });

  it('are parted by a delimiter that may be typed by its name', () => {
    expect([
      readDelimiter('tab'),
      readDelimiter('\\t'),
      readDelimiter('semicolon'),
      readDelimiter('|'),
    ]).toEqual(['\t', '\t', ';', '|']);
  });
});
