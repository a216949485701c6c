// Prints a new JSON Web Key Set with one private Ed25519 key, for SIGNING_KEYS.
import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair } from 'jose';

const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
const key = { ...(await exportJWK(privateKey)), alg: 'EdDSA', use: 'sig', kid: randomUUID() };
console.log(JSON.stringify({ keys: [key] }));
