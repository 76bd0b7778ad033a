import { newUuid } from '@backstitch/shared-types';
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import type { Sealing } from '../sealing/sealing.js';
import type { NewKey, StoredKey } from './signing-keys.repository.js';

export const SIGNING_ALGORITHM = 'ES256';

/** A new pair of keys, of which the private one is sealed. */
export async function newSigningKey(sealing: Sealing): Promise<NewKey> {
  const kid = newUuid();
  const pair = await generateKeyPair(SIGNING_ALGORITHM, { extractable: true });
  const secret = Buffer.from(JSON.stringify(await exportJWK(pair.privateKey)));
  const sealed = sealing.seal('signing-keys', kid, secret);
  const published = { kid, alg: SIGNING_ALGORITHM, use: 'sig' };
  const publicJwk = { ...(await exportJWK(pair.publicKey)), ...published };
  return { kid, alg: SIGNING_ALGORITHM, publicJwk, sealed };
}

/** Throws when it was sealed with another KEY_ENCRYPTION_KEY. */
export async function privateKeyOf(
  { kid, alg, sealed }: StoredKey,
  sealing: Sealing,
): Promise<CryptoKey> {
  const jwk = JSON.parse(sealing.open('signing-keys', kid, sealed).toString()) as JWK;
  return (await importJWK(jwk, alg)) as CryptoKey;
}
