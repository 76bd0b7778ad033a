import { describe, expect, it } from '@jest/globals';
import { KeyMemory } from './key-memory.js';

const keys = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${name}-${n}`);

describe('the memory of keys', () => {
  it('knows what it was told, quoted or bare, and hardly anything else', () => {
    const memory = new KeyMemory();
    for (const key of keys('told', 10_000)) memory.remember(key);
    const told = keys('told', 10_000);
    expect(told.filter((key) => memory.knows(key)).length).toBeGreaterThan(9_900);
    expect(told.filter((key) => memory.knows(`"${key}"`)).length).toBeGreaterThan(9_900);
    expect(keys('other', 10_000).filter((key) => memory.knows(key)).length).toBeLessThan(10);
  });

  it('forgets older keys for newer ones, and grows no further', () => {
    const memory = new KeyMemory(64);
    for (const key of [...keys('old', 100), ...keys('new', 10_000)]) memory.remember(key);
    expect(keys('old', 100).filter((key) => memory.knows(key)).length).toBeLessThan(10);
    expect(memory.knows('new-9999')).toBe(true);
  });
});
