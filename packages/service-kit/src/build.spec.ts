import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildOf } from './build.js';

describe('what runs here', () => {
  let app: string;
  beforeAll(() => {
    app = mkdtempSync(join(tmpdir(), 'build-'));
    mkdirSync(join(app, 'dist'));
    writeFileSync(join(app, 'package.json'), '{"name":"app","version":"4.5.6"}');
  });
  afterAll(() => rmSync(app, { recursive: true }));

  it('is the version of the program, and the commit that it is told', () => {
    expect(buildOf(join(app, 'dist', 'main.js'), ' abc1234 ')).toEqual({
      version: '4.5.6',
      commit: 'abc1234',
    });
  });

  it('is unknown where it is nowhere said', () => {
    writeFileSync(join(app, 'dist', 'package.json'), '{}');
    const unknown = { version: 'unknown', commit: 'unknown' };
    expect(buildOf(join(app, 'dist', 'main.js'), '')).toEqual(unknown);
    expect(buildOf(undefined, undefined)).toEqual(unknown);
  });
});
