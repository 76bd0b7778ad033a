import { describe, expect, it, jest } from '@jest/globals';
import { resolve } from 'node:path';
import { CommanderError } from 'commander';
import { CLUSTER_FAULTS } from './faults/cluster-faults.js';
import { ALL_FAULTS } from './faults/registry.js';
import { drillOptions } from './options.js';

const read = (text: string) =>
  drillOptions(text.split(' ').filter(Boolean), ALL_FAULTS, CLUSTER_FAULTS);

/** What the command says before it ends with an error. */
function refusal(text: string): string {
  const write = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    expect(() => read(text)).toThrow(CommanderError);
    return write.mock.calls.join('');
  } finally {
    write.mockRestore();
  }
}

describe('drillOptions', () => {
  it('takes every fault and a fresh seed when nothing is said', () => {
    const { faults, minutes, rate, instances, seed } = read('');
    expect({ faults, minutes, rate, instances }).toEqual({
      faults: ALL_FAULTS,
      minutes: 2,
      rate: 40,
      instances: 2,
    });
    expect(read('').seed).not.toBe(seed);
  });

  it('reads all its words, also behind the -- of a package runner', () => {
    const words = '-- --seed 7 --minutes 0.5 --rate 9 --faults kill-two,kill-gateway --json f';
    const { faults, ...others } = read(words);
    expect(others).toMatchObject({
      seed: 7,
      minutes: 0.5,
      rate: 9,
      json: resolve(process.env['INIT_CWD'] ?? '.', 'f'),
      keep: false,
    });
    expect(faults.map(({ name }) => name)).toEqual(['kill-two', 'kill-gateway']);
  });

  it('offers the faults of a cluster only where there is one', () => {
    expect(read('--cluster').faults).toEqual([...ALL_FAULTS, ...CLUSTER_FAULTS]);
    expect(read('--cluster --faults primary-promoted').faults).toEqual([CLUSTER_FAULTS[2]]);
    expect(refusal('--faults primary-promoted')).toContain('There is no fault');
  });

  it('names the faults there are when one is unknown', () => {
    const said = refusal('--faults kill-two,flood');
    expect(said).toContain('"flood"');
    expect(said).toContain('rolling-restart');
  });

  it.each([
    '--seed x',
    '--seed 0',
    '--minutes -1',
    '--rate 1.5',
    '--instances 0',
    'word',
    '--nope',
    '--json no/such/file',
  ])('refuses %s', (words) => {
    expect(refusal(words)).toContain('error');
  });
});

describe('the faults', () => {
  it('each have a name of their own', () => {
    const names = ALL_FAULTS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
