import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appFolder, loadConfig } from './load-config.js';
import { AppConfig } from './app-config.js';

describe('loadConfig', () => {
  const before = { argv: process.argv, env: process.env };
  let folder: string;

  beforeAll(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'app-')));
    await mkdir(join(folder, 'dist', 'database'), { recursive: true });
    await writeFile(join(folder, 'package.json'), '{}');
    await writeFile(join(folder, '.env'), 'PORT=3009\nCURRENCY="EUR"\nHOST=0.0.0.0\n');
    process.argv = ['node', join(folder, 'dist', 'database', 'migrate.js')];
    process.env = { HOST: '127.0.0.2', CURRENCY: '' };
  });

  afterAll(async () => {
    Object.assign(process, before);
    await rm(folder, { recursive: true });
  });

  it('finds the folder of the app that was started, however deep the path of its script is', () => {
    expect(appFolder(process.argv[1]!)).toBe(folder);
  });

  it('reads the .env beside the app where the environment is silent or empty', () => {
    expect(loadConfig(AppConfig)).toMatchObject({
      PORT: 3009,
      CURRENCY: 'EUR',
      HOST: '127.0.0.2',
    });
  });
});
