import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '../servers/project.js';

describe('the test files that are run first', () => {
  it('exist', () => {
    const sequencer = readFileSync(join(projectRoot(), 'tools/jest-slowest-first.mjs'), 'utf8');
    const named = [...sequencer.matchAll(/'(\S+\.spec\.ts)'/g)].map(([, file]) => file!);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((file) => !existsSync(join(projectRoot(), file)))).toEqual([]);
  });
});
