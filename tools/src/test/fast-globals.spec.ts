import { afterEach, describe, expect, it } from '@jest/globals';

const { WeakRef: former } = globalThis;
afterEach(() => void Object.assign(globalThis, { WeakRef: former }));

describe('a lasting global of a test', () => {
  it('is a constant of its context, which is not looked up in globalThis', () => {
    Object.assign(globalThis, { WeakRef: undefined });
    expect(WeakRef).toBe(former);
  });
});
