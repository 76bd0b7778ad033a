import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { benchOptions } from './options.js';

let said = '';
beforeEach(() => {
  said = '';
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
});

describe('benchOptions', () => {
  it('measures one and 64 in flight, three rounds, unless told otherwise', () => {
    expect(benchOptions([])).toMatchObject({ rounds: 3, concurrency: [1, 64], seconds: 15 });
  });

  it('shortens with --quick, and what is given beside it wins', () => {
    const quick = benchOptions(['--quick']);
    expect(quick.seconds).toBeLessThan(benchOptions([]).seconds);
    expect(quick.rounds).toBe(3);
    expect(benchOptions(['--quick', '--seconds', '7']).seconds).toBe(7);
  });

  it('takes a list of loads, each once', () => {
    expect(benchOptions(['--concurrency', '1,16, 64,16']).concurrency).toEqual([1, 16, 64]);
  });

  it('takes its options after a lone --, as some package managers pass them', () => {
    expect(benchOptions(['--', '--only', 'textbook']).only).toBe('textbook');
  });

  it('takes settings of the database server by name', () => {
    expect(benchOptions([]).postgres).toEqual({});
    expect(benchOptions(['--postgres', 'commit_delay=1000, commit_siblings=0']).postgres).toEqual({
      commit_delay: '1000',
      commit_siblings: '0',
    });
  });

  it('profiles for ten seconds unless told how many', () => {
    expect(benchOptions([]).profile).toBeUndefined();
    expect(benchOptions(['--profile']).profile).toBe(10);
    expect(benchOptions(['--profile', '4']).profile).toBe(4);
  });

  it.each([
    { words: ['--rounds', '0'], why: 'whole number' },
    { words: ['--seconds', '1e3'], why: 'whole number' },
    { words: ['--concurrency', '1,,2'], why: 'whole number' },
    { words: ['--only', 'dbos'], why: 'backstitch, textbook' },
    { words: ['--products', '1'], why: '2 different products are more than 1' },
    { words: ['--postgres', 'fsync'], why: '"fsync" is not name=value' },
    { words: ['--fast'], why: "unknown option '--fast'" },
    { words: ['quick'], why: 'too many arguments' },
  ])('refuses $words, saying why', ({ words, why }) => {
    expect(() => benchOptions(words)).toThrow();
    expect(said).toContain(why);
  });
});
