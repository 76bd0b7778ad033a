import { execFile } from 'node:child_process';
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
import { PROJECT } from './packed.js';

const run = promisify(execFile);
const SERVICE = join(PROJECT, 'apps/order-service');
const ASK = join(PROJECT, 'examples/nest-client/ask.js');
const QUEUE = 'order_commands';
const ORDER = '11111111-1111-4111-8111-111111111111';
const PRODUCT = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';

let database: TestDatabase;
let vhost: TestVhost;
let service: AppProcess;

beforeAll(async () => {
  vhost = await testVhost('nest_client');
  database = await testDatabase({
    name: 'nest_client',
    migrate: async (url) => {
      const env = { ...process.env, DB_URL: url };
      await run(process.execPath, [join(SERVICE, 'dist/database/migrate.js')], { env });
    },
  });
  service = await startApp(join(SERVICE, 'dist/main.js'), {
    NODE_ENV: 'test',
    METRICS_PORT: '0',
    DB_URL: database.url,
    RABBITMQ_URL: vhost.url,
  });
}, 120_000);

afterAll(async () => {
  await service?.stop();
  await vhost?.drop();
  await database?.drop();
}, 60_000);

async function ask(pattern: string, data: unknown): Promise<{ code: number; answer: unknown }> {
  const env = { PATH: process.env['PATH'], RABBITMQ_URL: vhost.url };
  const words = [ASK, QUEUE, pattern, JSON.stringify(data)];
  const { code, output } = await new Promise<{ code: number; output: string }>((resolve) => {
    execFile(process.execPath, words, { env }, (error, output) => {
      resolve({ code: error ? Number(error.code) : 0, output });
    });
  });
  return { code, answer: JSON.parse(output) };
}

describe('a NestJS client with nothing of Backstitch', () => {
  it('has its command served, and is told what it asks for', async () => {
    const items = [{ productId: PRODUCT, quantity: 2, price: '29.99' }];
    const order = { orderId: ORDER, userId: PRODUCT, items, totalAmount: '59.98' };
    expect(await ask('order.create', order)).toMatchObject({ code: 0 });
    const asked = await ask('order.get', { orderId: ORDER });
    expect(asked).toMatchObject({ code: 0, answer: { totalAmount: '59.98', status: 'PENDING' } });
  }, 60_000);

  it('is told the code of an error, and whether to ask again', async () => {
    const { code, answer } = await ask('order.get', { orderId: PRODUCT });
    expect(code).toBe(1);
    expect(answer).toMatchObject({ code: 'ORDER_NOT_FOUND', retryable: false });
  }, 60_000);
});
