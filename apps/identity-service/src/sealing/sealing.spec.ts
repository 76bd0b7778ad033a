import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Sealing } from './sealing.js';

const sealing = new Sealing(randomBytes(32));
const plain = Buffer.from('a private key');
const sealed = () => sealing.seal('signing-keys', 'kid-1', plain);

describe('what is sealed', () => {
  it('opens for its purpose and its row', () => {
    expect(sealing.open('signing-keys', 'kid-1', sealed())).toEqual(plain);
    expect(sealed().includes(plain)).toBe(false);
  });

  it('does not open for another row, for another purpose, or with another secret', () => {
    expect(() => sealing.open('signing-keys', 'kid-2', sealed())).toThrow();
    expect(() => sealing.open('authenticators', 'kid-1', sealed())).toThrow();
    expect(() => new Sealing(randomBytes(32)).open('signing-keys', 'kid-1', sealed())).toThrow();
  });

  it('does not open when any of its bytes was altered', () => {
    const good = sealed();
    for (let at = 0; at < good.length; at += 1) {
      const bad = Buffer.from(good);
      bad[at]! ^= 1;
      expect(() => sealing.open('signing-keys', 'kid-1', bad)).toThrow();
    }
  });
});

describe('a mac', () => {
  it('tells apart parts that are the same text when they are joined', () => {
    const mac = (...parts: string[]) => sealing.mac('refresh-tokens', ...parts).toString('hex');
    expect(mac('ab', 'c')).not.toBe(mac('a', 'bc'));
    expect(mac('ab', 'c')).toBe(mac('ab', 'c'));
  });
});
