import { describe, expect, it } from '@jest/globals';
import { KeyMemory } from './key-memory.js';

const keys = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${name}-${n}`);

describe('the memory of keys', () => {
  it('knows the keys that it was given, quoted or bare, and hardly any other', () => {
    const memory = new KeyMemory();
    for (const key of keys('remembered', 10_000)) memory.remember(key);
    const remembered = keys('remembered', 10_000);
    expect(remembered.filter((key) => memory.knows(key)).length).toBeGreaterThan(9_900);
    expect(remembered.filter((key) => memory.knows(`"${key}"`)).length).toBeGreaterThan(9_900);
    expect(keys('other', 10_000).filter((key) => memory.knows(key)).length).toBeLessThan(10);
  });

  it('replaces older keys by newer ones in bounded memory', () => {
    const memory = new KeyMemory(64);
    for (const key of [...keys('old', 100), ...keys('new', 10_000)]) memory.remember(key);
    expect(keys('old', 100).filter((key) => memory.knows(key)).length).toBeLessThan(10);
    expect(memory.knows('new-9999')).toBe(true);
  });
});
