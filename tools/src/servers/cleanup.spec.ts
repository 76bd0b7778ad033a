import { describe, expect, it } from '@jest/globals';
import { Cleanup } from './cleanup.js';

describe('Cleanup', () => {
  it('undoes the last thing first, each once', async () => {
    const undone: string[] = [];
    const cleanup = new Cleanup(() => undefined);
    cleanup.add('servers', async () => void undone.push('servers'));
    cleanup.add('apps', () => void undone.push('apps'));
    await cleanup.run();
    await cleanup.run();
    expect(undone).toEqual(['apps', 'servers']);
  });

  it('says what failed and undoes the rest all the same', async () => {
    const said: string[] = [];
    const undone: string[] = [];
    const cleanup = new Cleanup((line) => said.push(line));
    cleanup.add('servers', () => void undone.push('servers'));
    cleanup.add('apps', () => Promise.reject(new Error('does not end')));
    await cleanup.run();
    expect(undone).toEqual(['servers']);
    expect(said).toEqual(['apps could not be cleaned up: does not end']);
  });
});
