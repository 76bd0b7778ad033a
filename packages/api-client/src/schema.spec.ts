import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const DOCUMENT = '../../apps/api-gateway/openapi.json';

describe('schema.gen.ts', () => {
  it('is what openapi.json of the gateway generates', () => {
    const words = [DOCUMENT, '--output', 'src/schema.gen.ts', '--check'];
    const options = { cwd: PACKAGE, encoding: 'utf8' } as const;
    const { status, stderr } = spawnSync('node_modules/.bin/openapi-typescript', words, options);
    expect([status, stderr]).toEqual([0, '']);
  });
});
