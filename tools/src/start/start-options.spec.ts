import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { CommanderError } from 'commander';
import { startOptions } from './start-options.js';

describe('the options of npm start', () => {
  let said = '';
  beforeEach(() => {
    said = '';
    for (const stream of [process.stdout, process.stderr]) {
      jest.spyOn(stream, 'write').mockImplementation((text) => {
        said += String(text);
        return true;
      });
    }
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('are none, or --fresh, also behind the -- of a package runner', () => {
    expect(startOptions([])).toEqual({ fresh: false });
    expect(startOptions(['--', '--fresh'])).toEqual({ fresh: true });
  });

  it.each(['--frsh', 'fresh'])('%s is refused, and the right ones are named', (word) => {
    expect(() => startOptions([word])).toThrow(CommanderError);
    expect(said).toMatch(/error: [^]*--fresh[^]*PORT=3100/);
  });

  it('--help names the options and the variables, and is no error', () => {
    expect(() => startOptions(['--help'])).toThrow(expect.objectContaining({ exitCode: 0 }));
    expect(said).toMatch(/--fresh[^]*RABBITMQ_URL/);
  });
});
