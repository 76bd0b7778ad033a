import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { benchOptions } from './options.js';
import { SCENARIOS } from './scenarios/catalogue.js';

/** The error that ends the command with this exit code, once it has said what is to be said. */
const ended = (exitCode: number): Error =>
  expect.objectContaining({ exitCode }) as unknown as Error;

let said = '';
beforeEach(() => {
  said = '';
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
});

describe('benchOptions', () => {
  it('measures all systems under four loads, three rounds, unless told otherwise', () => {
    expect(benchOptions([])).toMatchObject({
      rounds: 3,
      concurrency: [1, 16, 64, 256],
      seconds: 15,
      only: ['backstitch', 'textbook', 'dbos', 'restate'],
    });
  });

  it('never fills a database with millions of sagas unless asked to', () => {
    expect(benchOptions([]).scenarios).not.toContain('five-million');
    expect(benchOptions(['--quick']).scenarios).not.toContain('five-million');
    const asked = benchOptions(['--scenario', 'five-million', '--sagas', '1000']);
    expect(asked).toMatchObject({ scenarios: ['five-million'], sagas: 1_000 });
  });

  it('runs scenarios in one order, in whichever they are named', () => {
    const asked = benchOptions(['--scenario', 'half-load, throughput']);
    expect(asked.scenarios).toEqual(['throughput', 'half-load']);
  });

  it('compares this project with each peer that is named, in whichever order', () => {
    expect(benchOptions(['--only', 'dbos,backstitch']).only).toEqual(['backstitch', 'dbos']);
  });

  it('shortens with --quick, and what is given beside it wins', () => {
    const quick = benchOptions(['--quick']);
    expect(quick.seconds).toBeLessThan(benchOptions([]).seconds);
    expect(quick).toMatchObject({ rounds: 3, concurrency: [1, 64] });
    expect(quick.scenarios).toEqual(['throughput', 'half-load']);
    expect(benchOptions(['--quick', '--seconds', '7']).seconds).toBe(7);
  });

  it('takes a list of loads, each once', () => {
    expect(benchOptions(['--concurrency', '1,16, 64,16']).concurrency).toEqual([1, 16, 64]);
  });

  it('takes its options after a lone --, as some package managers pass them', () => {
    expect(benchOptions(['--', '--only', 'textbook']).only).toEqual(['textbook']);
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

  it('uses tokens of a thousand users unless told of how many, and none unless asked to', () => {
    expect(benchOptions([])).not.toHaveProperty('tokens');
    expect(benchOptions(['--tokens']).tokens).toBe(1_000);
    expect(benchOptions(['--tokens', '50']).tokens).toBe(50);
  });

  it('tells a newcomer of every scenario and what it measures', () => {
    let told = '';
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      told += String(text);
      return true;
    });
    expect(() => benchOptions(['--help'])).toThrow(ended(0));
    for (const words of Object.entries(SCENARIOS).flat()) expect(told).toContain(words);
    expect(told).toContain('--scenario');
  });

  it.each([
    { words: ['--rounds', '0'], why: 'whole number' },
    { words: ['--seconds', '1e3'], why: 'whole number' },
    { words: ['--concurrency', '1,,2'], why: 'whole number' },
    { words: ['--only', 'dbos,temporal'], why: '"temporal" is none of backstitch, textbook' },
    { words: ['--scenario', 'everything'], why: '"everything" is none of throughput' },
    { words: ['--tokens', '0'], why: 'whole number' },
    { words: ['--products', '1'], why: '2 different products are more than 1' },
    { words: ['--postgres', 'fsync'], why: '"fsync" is not name=value' },
    { words: ['--fast'], why: "unknown option '--fast'" },
    { words: ['quick'], why: 'too many arguments' },
  ])('refuses $words, saying why', ({ words, why }) => {
    expect(() => benchOptions(words)).toThrow(ended(1));
    expect(said).toContain(why);
  });
});
