import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFileTransport } from '../../src/notifications/file-transport.ts';
import { DeliveryError, type OutgoingMessage } from '../../src/notifications/transport.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gateway-files-'));
});
afterEach(() => rm(folder, { recursive: true }));

const signal = new AbortController().signal;
const message: OutgoingMessage = {
  id: '5681d655-2385-4477-81ac-77d0d9170411',
  kind: 'CREDENTIALS',
  channel: 'EMAIL',
  to: 'asha@example.com',
  subject: 'Your login',
  text: 'Hello',
  confidential: ['QyTmRk7hWz4P'],
  createdAt: new Date('2026-03-01T10:00:00.123Z'),
};

it('writes each message into a file that only its owner reads', async () => {
  const directory = join(folder, 'deep', 'notifications');
  await createFileTransport(directory).send(message, signal);
  const [name = '', ...others] = await readdir(directory);
  expect(others).toEqual([]);
  expect(name).toBe('20260301T100000.123Z-email-5681d655-2385-4477-81ac-77d0d9170411.json');
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
  expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600);
  expect(JSON.parse(await readFile(join(directory, name), 'utf8'))).toEqual({
    id: message.id,
    kind: 'CREDENTIALS',
    channel: 'EMAIL',
    to: 'asha@example.com',
    subject: 'Your login',
    text: 'Hello',
    createdAt: '2026-03-01T10:00:00.123Z',
  });
});

it('makes one file of a message that is sent twice, and leaves nothing behind', async () => {
  const transport = createFileTransport(folder);
  await transport.send(message, signal);
  await transport.send(message, signal);
  expect(await readdir(folder)).toHaveLength(1);
});

it('stays in its folder, whatever an id holds', async () => {
  const directory = join(folder, 'inner');
  await createFileTransport(directory).send({ ...message, id: '../../escaped' }, signal);
  expect(await readdir(folder)).toEqual(['inner']);
  expect(await readdir(directory)).toHaveLength(1);
});

it('may be tried again when the folder cannot be written', async () => {
  const file = join(folder, 'a-file');
  await writeFile(file, '');
  const error = await createFileTransport(join(file, 'inner'))
    .send(message, signal)
    .catch((failure) => failure);
  expect(error).toBeInstanceOf(DeliveryError);
  expect(error).toMatchObject({ code: 'FILE', permanent: false });
});
