import { waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { IdentityConfig } from '../config.js';
import { EventsRepository } from '../events/events.repository.js';
import { Sealing } from '../sealing/sealing.js';
import { Identity } from '../testing/identity.js';
import { AnotherEncryptionKey, KeyOperations } from './key-operations.handler.js';
import { SigningKeysRepository } from './signing-keys.repository.js';

let identity: Identity;
let other: Identity;
let operations: KeyOperations;
beforeAll(async () => {
  identity = await Identity.start();
  other = await identity.another();
  operations = operationsWith(new IdentityConfig().keyEncryptionKey);
});
beforeEach(() => identity.rows('DELETE FROM attempts'));
afterAll(async () => {
  await other.close();
  await identity.close();
});

function operationsWith(secret: Buffer): KeyOperations {
  const { database } = identity;
  const keys = new SigningKeysRepository(database, new EventsRepository(database));
  return new KeyOperations(keys, new Sealing(secret));
}

const kidOf = (token: string) => String(decodeProtectedHeader(token).kid);
const published = async (of: Identity): Promise<string[]> => {
  const { body } = await of.ask('GET', '/.well-known/jwks.json');
  return (body as unknown as JSONWebKeySet).keys.map(({ kid }) => String(kid));
};
const states = async (): Promise<Record<string, string>> =>
  Object.fromEntries((await operations.list()).map(({ kid, state }) => [kid, state]));

describe('a signing key that is revoked', () => {
  it('is published no more, its tokens end at every instance, and another key signs', async () => {
    const email = await identity.signUp();
    const { accessToken, refreshToken } = await identity.session(email);
    const kid = kidOf(accessToken);
    expect((await other.me(accessToken)).status).toBe(200);
    expect(await operations.revoke(kid)).toBe(true);
    for (const each of [identity, other]) {
      expect(await published(each)).not.toContain(kid);
      await waitFor('the token to be refused', async () => {
        return (await each.me(accessToken)).status === 401;
      });
    }
    const next = (await identity.refresh(refreshToken)).body.accessToken as string;
    expect(kidOf(next)).not.toBe(kid);
    expect((await identity.me(next)).status).toBe(200);
    expect((await other.me(next)).status).toBe(200);
    expect(await operations.revoke(kid)).toBe(false);
    expect(await operations.revoke('unknown')).toBe(false);
  });

  it('and was never used for signing leaves the tokens of others valid', async () => {
    const { accessToken } = await identity.session();
    const rotating = operations.rotate(2_000);
    const next = await waitFor('the next key', async () => {
      return (await operations.list()).find(({ state }) => state === 'next')?.kid;
    });
    expect(await operations.revoke(next)).toBe(true);
    expect((await identity.me(accessToken)).status).toBe(200);
    expect(await rotating).not.toBe(next);
  });

  it('makes a token valid at another instance that a key signed which that one never saw', async () => {
    const { accessToken } = await identity.session();
    const email = await identity.signUp();
    await published(other); // it has read the keys just now
    await operations.revoke(kidOf(accessToken));
    await published(identity);
    const { accessToken: fresh } = await identity.session(email);
    expect(kidOf(fresh)).not.toBe(kidOf(accessToken));
    expect((await other.me(fresh)).status).toBe(200);
    expect(await published(other)).toContain(kidOf(fresh));
  });
});

describe('a rotation of signing keys', () => {
  it('refuses no token, and the key that signed stays published for an hour', async () => {
    const email = await identity.signUp();
    const before = (await identity.session(email)).accessToken;
    const refused: number[] = [];
    let isDone = false;
    const asking = (async () => {
      for (let asked = 0; !isDone || asked < 20; asked += 1) {
        const { accessToken } = await (asked % 2 ? identity : other).session(email);
        const { keys } = (await other.ask('GET', '/.well-known/jwks.json')).body;
        const set = createLocalJWKSet({ keys } as JSONWebKeySet);
        await jwtVerify(accessToken, set);
        for (const each of [identity, other]) refused.push((await each.me(accessToken)).status);
      }
    })();
    const kid = await operations.rotate(1_000).finally(() => (isDone = true));
    await asking;
    expect(new Set(refused)).toEqual(new Set([200]));
    expect(await states()).toMatchObject({ [kid]: 'active', [kidOf(before)]: 'retired' });
    expect((await identity.me(before)).status).toBe(200);
    expect(await published(identity)).toEqual(expect.arrayContaining([kid, kidOf(before)]));
  });

  it('and each change of a key is recorded', async () => {
    const before = (await new EventsRepository(identity.database).verify()).events;
    const kid = await operations.rotate(0);
    await operations.revoke(kid);
    const page = await new EventsRepository(identity.database).page(before, 100);
    const actions = page.map(({ actor, action, subject }) => {
      return [actor, action, subject === kid ? 'it' : 'another'];
    });
    expect(actions).toEqual([
      ['command line', 'key made', 'it'],
      ['command line', 'key retired', 'another'],
      ['command line', 'key signs', 'it'],
      ['command line', 'key made', 'another'],
      ['command line', 'key revoked', 'it'],
      ['command line', 'key signs', 'another'],
    ]);
  });

  it('asked for twice at once leaves one key that signs and at most one next key', async () => {
    await Promise.all([operations.rotate(0), operations.rotate(0)]);
    const all = Object.values(await states());
    expect(all.filter((state) => state === 'active')).toHaveLength(1);
    expect(all.filter((state) => state === 'next').length).toBeLessThanOrEqual(1);
  });

  it('with another KEY_ENCRYPTION_KEY than that of the app changes nothing', async () => {
    const foreign = operationsWith(Buffer.alloc(32, 1));
    const before = await states();
    await expect(foreign.rotate(0)).rejects.toThrow(AnotherEncryptionKey);
    await expect(foreign.revoke(Object.keys(before)[0]!)).rejects.toThrow(AnotherEncryptionKey);
    expect(await states()).toEqual(before);
  });
});
