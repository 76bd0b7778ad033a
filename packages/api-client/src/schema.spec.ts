import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const GENERATE = fileURLToPath(new URL('../generate.mjs', import.meta.url));

describe('schema.gen.ts', () => {
  it('is what openapi.json of the gateway generates', () => {
    const run = () => execFileSync(process.execPath, [GENERATE, '--check'], { encoding: 'utf8' });
    expect(run).not.toThrow();
  });
});
