import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { testDatabase, testVhost, type TestDatabase, type TestVhost } from '@backstitch/testkit';
import { follow, FOLLOW_MS_MAX } from './follow-readme.js';
import { PROJECT } from './packed.js';
import { stepsOf } from './readme-script.js';

const README = join(PROJECT, 'examples/trip/README.md');

let folder: string;
let database: TestDatabase;
let vhost: TestVhost;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backstitch-trip-'));
  database = await testDatabase({ name: 'trip', migrate: async () => undefined });
  vhost = await testVhost('trip');
});

afterEach(async () => {
  await vhost.drop();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

describe('the README of the trip', () => {
  it(
    'takes a reader from the packages to a saga that survives a killed process',
    async () => {
      const steps = stepsOf(await readFile(README, 'utf8'));
      const { code, lastOutput, wrong } = await follow(steps, {
        TRIP: join(folder, 'trip'),
        DATABASE_URL: database.url,
        RABBITMQ_URL: vhost.url,
      });
      expect({ code, output: code === 0 ? '' : lastOutput }).toEqual({ code: 0, output: '' });
      expect(wrong).toEqual([]);
      expect(steps.filter(({ prints }) => prints.length > 0).length).toBeGreaterThan(5);
    },
    FOLLOW_MS_MAX + 60_000,
  );
});
