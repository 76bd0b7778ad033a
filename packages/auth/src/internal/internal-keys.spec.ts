import { describe, expect, it } from '@jest/globals';
import { DEVELOPMENT_INTERNAL_KEYS, internalKeys, internalKeysProblem } from './internal-keys.js';

const KEY = Buffer.alloc(32, 7).toString('base64url');
const inProduction = { isProduction: true };

describe('INTERNAL_KEYS', () => {
  it('signs with its first key and accepts all', () => {
    const keys = internalKeys(`b:${KEY}, a:${KEY}`);
    expect(keys.signing.kid).toBe('b');
    expect([...keys.accepted.keys()]).toEqual(['b', 'a']);
  });

  it.each([
    ['nothing', '', /at least one/],
    ['a key of 31 bytes', `a:${Buffer.alloc(31).toString('base64url')}`, /element 1/],
    ['a key of another alphabet', `a:${KEY},b:${'+'.repeat(43)}`, /element 2/],
    ['a key without a kid', KEY, /element 1/],
    ['a kid with an equals sign', `a=b:${KEY}`, /element 1/],
    ['one kid twice', `a:${KEY},a:${KEY}`, /"a" twice/],
  ])('is refused with %s', (_name, list, reason) => {
    const problem = internalKeysProblem(list, inProduction);
    expect(problem).toMatch(reason);
    expect(problem).not.toContain(KEY);
    expect(() => internalKeys(list)).toThrow(reason);
  });

  it('may be the key of development, but not in production', () => {
    const keys = DEVELOPMENT_INTERNAL_KEYS;
    expect(internalKeysProblem(keys, { isProduction: false })).toBeUndefined();
    expect(internalKeysProblem(keys, inProduction)).toMatch(/development/);
    expect(internalKeysProblem(`a:${KEY},${keys}`, inProduction)).toMatch(/development/);
    expect(internalKeysProblem(`a:${KEY}`, inProduction)).toBeUndefined();
  });

  it('may not be the key of development under another kid in production', () => {
    const renamed = DEVELOPMENT_INTERNAL_KEYS.replace('development:', 'prod:');
    expect(internalKeysProblem(renamed, inProduction)).toMatch(/development/);
  });
});
