import { randomUUID } from 'node:crypto';
import { ObjectId } from 'mongodb';
import { type StoredUser, storedTime } from '../database/stored-documents.ts';

export interface NewLogin {
  readonly name: string;
  /** A placeholder where there is none. */
  readonly email: string;
  /** As typed; null for none. */
  readonly phone: string | null;
  /** Null for a login whose credentials are made later. */
  readonly passwordHash: string | null;
  readonly role: 'customer' | 'admin' | 'analyst' | 'delivery_boy';
  readonly isActive: boolean;
  /** Id of the delivery record that it is linked to. */
  readonly customerV2Id: string | null;
  readonly createdAt: Date;
}

/** A document of `users` as the gateway makes it. */
export function newLogin(
  login: NewLogin,
  id: string = randomUUID(),
): StoredUser & { _id: ObjectId; id: string } {
  return {
    _id: new ObjectId(),
    id,
    email: login.email,
    phone: login.phone,
    name: login.name,
    password_hash: login.passwordHash,
    role: login.role,
    is_active: login.isActive,
    customer_v2_id: login.customerV2Id,
    created_at: storedTime(login.createdAt),
  };
}
