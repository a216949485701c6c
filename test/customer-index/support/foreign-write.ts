import { type Document, MongoServerError } from 'mongodb';
import type { Database } from '../../../src/database/collections.ts';
import { duplicateKeyCode } from '../../../src/database/transaction.ts';
import type { SeededRandom } from '../../support/seeded-random.ts';

/** One write as the older application makes it; most often it replaces a whole document. */
export async function writeSomething({ db }: Database, random: SeededRandom, at: number): Promise<void> {
  const logins = db.collection<Document>('users');
  const records = db.collection<Document>('customers_v2');
  const users = await logins.find({ role: 'customer' }).sort({ _id: 1 }).toArray();
  const deliveries = await records.find().sort({ _id: 1 }).toArray();
  const [user, delivery] = [random.pick(users), random.pick(deliveries)];
  const withoutLink = ({ customer_v2_id, user_id, ...document }: Document) => document;
  // Texts that several claim, which are nobody's id, or become somebody's, or of two.
  const notYet = `not-yet-${random.below(3)}`;
  const links = [delivery.id, delivery._id, `nothing-${at}`, notYet, null, '', 12];
  const backLinks = [user.id, user._id, `nobody-${at}`, notYet, null, '', 7];
  const phone = `+91 98${random.below(900) + 100} ${random.below(90_000) + 10_000}`;
  const writes: (() => Promise<unknown>)[] = [
    () => logins.replaceOne({ _id: user._id }, withoutLink({ ...user, name: `Renamed ${at}` })),
    () => records.replaceOne({ _id: delivery._id }, withoutLink({ ...delivery, phone })),
    () => logins.replaceOne({ _id: user._id }, { ...user, customer_v2_id: random.pick(links) }),
    () => records.replaceOne({ _id: delivery._id }, { ...delivery, user_id: random.pick(backLinks) }),
    async () => {
      await logins.updateOne({ _id: user._id }, { $set: { customer_v2_id: delivery.id } });
      await records.updateOne({ _id: delivery._id }, { $set: { user_id: user.id } });
    },
    () =>
      logins.insertOne({
        id: `new-user-${at}`,
        name: `New ${at}`,
        phone,
        role: 'customer',
        customer_v2_id: random.pick(links),
      }),
    () =>
      records.insertOne({
        id: `new-record-${at}`,
        name: `New ${at}`,
        status: 'active',
        user_id: random.pick(backLinks),
      }),
    () => logins.deleteOne({ _id: user._id }),
    () => records.deleteOne({ _id: delivery._id }),
    () =>
      logins.updateOne(
        { _id: user._id },
        { $set: { id: random.pick([random.pick(users).id, `id-${at}`, notYet]) } },
      ),
    () =>
      records.updateOne(
        { _id: delivery._id },
        { $set: { id: random.pick([random.pick(deliveries).id, `id-${at}`, notYet]) } },
      ),
    () =>
      logins.updateOne(
        { _id: user._id },
        { $set: { role: random.pick(['customer', 'customer', 'admin', 'delivery_boy']) } },
      ),
    () =>
      logins.updateOne(
        { _id: user._id },
        { $set: { email: `Mail.${at}@Example.com`, is_active: random.chance(0.5) } },
      ),
    () =>
      records.updateOne(
        { _id: delivery._id },
        { $set: { status: random.pick(['active', 'paused', 'gone']), area: `Area ${at % 5}` } },
      ),
    () => records.updateOne({ _id: delivery._id }, { $unset: { id: '' } }),
  ];
  await random.pick(writes)().catch(unlessRefused);
}

/** Where links are unique the database refuses a second claim; the older application then writes something else. */
function unlessRefused(error: unknown): void {
  if (!(error instanceof MongoServerError && error.code === duplicateKeyCode)) throw error;
}
