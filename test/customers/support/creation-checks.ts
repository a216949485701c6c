import { expect } from 'vitest';
import type { CreateAnswer, CreateInput, Creation } from './open-creation.ts';

/** Somebody who is known, as the answer names them. */
export interface NamedCandidate {
  readonly id: string;
  readonly matchedBy: readonly string[];
  readonly state: string;
}

/** Who is named by an answer, in the order of their ids; nobody when it names nobody. */
export function candidatesOf(result: CreateAnswer['result']): NamedCandidate[] {
  if (result?.__typename !== 'CustomerAlreadyExists') return [];
  return inOrder(
    result.candidates.map(({ matchedBy, customer }) => ({
      id: customer.id,
      matchedBy: matchedBy.toSorted(),
      state: customer.link.state,
    })),
  );
}

/** Expects the answer to name exactly these, and the database to be what it was. */
export async function expectNamed(
  creation: Creation,
  input: CreateInput,
  candidates: readonly NamedCandidate[],
): Promise<void> {
  const before = await creation.everything();
  const { result, errors } = await creation.create(input);
  expect(errors).toEqual([]);
  expect(result?.__typename).toBe('CustomerAlreadyExists');
  expect(candidatesOf(result)).toEqual(inOrder(candidates));
  expect(await creation.everything()).toEqual(before);
}

/** Expects each to be refused with the field named, and the database to be what it was. */
export async function expectRefused(
  creation: Creation,
  inputs: readonly CreateInput[],
  field: string,
): Promise<void> {
  const before = await creation.everything();
  for (const input of inputs) {
    const { errors, result } = await creation.create(input);
    expect({ input, result }).toEqual({ input, result: null });
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field });
  }
  expect(await creation.everything()).toEqual(before);
}

/** Expects that the message of this login names what to type, and that it opens a session with the password in it. */
export async function expectToLogInAsTold(creation: Creation, user: object): Promise<void> {
  const { loginName, password, message } = await creation.credentialsOf(user);
  expect(message.text).toContain(loginName);
  expect(await creation.tryLogIn(loginName, password)).toBeTypeOf('function');
}

function inOrder(candidates: readonly NamedCandidate[]): NamedCandidate[] {
  return candidates.toSorted((one, other) => one.id.localeCompare(other.id));
}
