import type { Database } from '../../database/collections.ts';
import type { StoredCustomerV2, StoredUser } from '../../database/stored-documents.ts';
import { withoutUniqueLinks } from '../../database/unique-links.ts';
import { generateDemoData } from './generate-demo-data.ts';

/** Stores the demo data in both collections, as the older application would have left it. */
export async function loadDemoData(database: Database): Promise<{ users: number; customersV2: number }> {
  const { users, customersV2 } = generateDemoData();
  await withoutUniqueLinks(database, async () => {
    await database.users.insertMany(users as unknown as StoredUser[]);
    await database.customersV2.insertMany(customersV2 as unknown as StoredCustomerV2[]);
  });
  return { users: users.length, customersV2: customersV2.length };
}
