import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  startApp,
  testDatabase,
  testVhost,
  type AppProcess,
  type TestDatabase,
  type TestVhost,
} from '@backstitch/testkit';
import { follow, FOLLOW_MS_MAX } from './follow-readme.js';
import { PROJECT } from './packed.js';
import { stepsOf } from './readme-script.js';

const run = promisify(execFile);
const EXAMPLE = join(PROJECT, 'examples/nest-client');
const QUEUE = 'order_commands';
const ORDER = '11111111-1111-4111-8111-111111111111';
const PRODUCT = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';

let folder: string;
let vhost: TestVhost;
const databases: TestDatabase[] = [];
const services: AppProcess[] = [];

/** Runs a service on a database of its own, after these programs of its `dist/database`. */
async function startService(name: string, programs: readonly string[]): Promise<void> {
  const dist = join(PROJECT, 'apps', name, 'dist');
  const database = await testDatabase({
    name: 'nest_client',
    migrate: async (url) => {
      const env = { ...process.env, DB_URL: url };
      for (const program of programs) {
        await run(process.execPath, [join(dist, 'database', program)], { env });
      }
    },
  });
  databases.push(database);
  const variables = { DB_URL: database.url, RABBITMQ_URL: vhost.url, METRICS_PORT: '0' };
  services.push(await startApp(join(dist, 'main.js'), { NODE_ENV: 'test', ...variables }));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backstitch-nest-client-'));
  vhost = await testVhost('nest_client');
  await startService('order-service', ['migrate.js']);
  await startService('inventory-service', ['migrate.js', 'seed.js']);
}, 120_000);

afterAll(async () => {
  for (const service of services) await service.stop();
  await vhost?.drop();
  for (const database of databases) await database.drop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

async function ask(pattern: string, data: unknown): Promise<{ code: number; answer: unknown }> {
  const env = { PATH: process.env['PATH'], RABBITMQ_URL: vhost.url };
  const words = [join(EXAMPLE, 'ask.js'), QUEUE, pattern, JSON.stringify(data)];
  const { code, output } = await new Promise<{ code: number; output: string }>((resolve) => {
    execFile(process.execPath, words, { env }, (error, output) => {
      resolve({ code: error ? Number(error.code) : 0, output });
    });
  });
  return { code, answer: JSON.parse(output) };
}

describe('a NestJS client without any package of Backstitch', () => {
  it('gets a command served and its query answered', async () => {
    const items = [{ productId: PRODUCT, quantity: 2, price: '29.99' }];
    const order = { orderId: ORDER, userId: PRODUCT, items, totalAmount: '59.98' };
    expect(await ask('order.create', order)).toMatchObject({ code: 0 });
    const answered = await ask('order.get', { orderId: ORDER });
    expect(answered).toMatchObject({
      code: 0,
      answer: { totalAmount: '59.98', status: 'PENDING' },
    });
  }, 60_000);

  it('gets the code of an error, and whether a repeated query can help', async () => {
    const { code, answer } = await ask('order.get', { orderId: PRODUCT });
    expect(code).toBe(1);
    expect(answer).toMatchObject({ code: 'ORDER_NOT_FOUND', retryable: false });
  }, 60_000);
});

describe('the README of the NestJS client', () => {
  it(
    'takes a reader from an empty folder to an answer and to an error',
    async () => {
      const steps = stepsOf(await readFile(join(EXAMPLE, 'README.md'), 'utf8'));
      const { code, lastOutput, wrong } = await follow(steps, {
        NEST_CLIENT: join(folder, 'nest-client'),
        RABBITMQ_URL: vhost.url,
      });
      expect({ code, output: code === 0 ? '' : lastOutput }).toEqual({ code: 0, output: '' });
      expect(wrong).toEqual([]);
      expect(steps.filter(({ prints }) => prints.length > 0)).toHaveLength(2);
    },
    FOLLOW_MS_MAX + 60_000,
  );
});
