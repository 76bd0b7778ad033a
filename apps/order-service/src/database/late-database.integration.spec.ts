import { fileURLToPath } from 'node:url';
import { runMigrations } from '@backstitch/database';
import { COMMAND_QUEUES } from '@backstitch/shared-types';
import {
  type AppProcess,
  startApp,
  testDatabase,
  type TestDatabase,
  testVhost,
  type TestVhost,
  waitFor,
} from '@backstitch/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const folder = fileURLToPath(new URL('../../migrations', import.meta.url));

describe('an app whose database cannot tell its currency yet', () => {
  let database: TestDatabase;
  let vhost: TestVhost;
  let app: AppProcess;
  beforeEach(async () => {
    [database, vhost] = await Promise.all([
      testDatabase({ name: 'orders', migrate: async () => undefined }),
      testVhost('orders'),
    ]);
    app = await startApp(MAIN, { DB_URL: database.url, RABBITMQ_URL: vhost.url, CURRENCY: 'EUR' });
  });
  afterEach(async () => {
    await app.stop();
    await database.drop();
    await vhost.drop();
  });

  const consumers = async () => (await vhost.queue(COMMAND_QUEUES.order))?.consumers ?? 0;
  const migrate = () => runMigrations({ url: database.url, folder, print: () => undefined });
  const sql = async (text: string) => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const { rows } = await client.query<Record<string, unknown>>(text);
    await client.end();
    return rows;
  };

  it('is not ready and takes no commands, and does both once it has written it down', async () => {
    expect((await fetch(`${app.url}/health/ready`)).status).toBe(503);
    expect(await consumers()).toBe(0);
    await migrate();
    await waitFor('the app to take commands', async () => {
      return (await fetch(`${app.metricsUrl}/health/dependencies`)).ok;
    });
    expect((await fetch(`${app.url}/health/ready`)).status).toBe(200);
    expect(await sql('SELECT currency FROM settings')).toEqual([{ currency: 'EUR' }]);
  });

  it('ends without having taken a command when it turns out to be another one', async () => {
    // In one transaction: the app writes its own currency into an empty table.
    await sql(
      `CREATE TABLE settings (only_row boolean PRIMARY KEY DEFAULT true, currency char(3));
       INSERT INTO settings (currency) VALUES ('USD')`,
    );
    const saysWhy = () =>
      app.log.some(({ msg }) => /in USD, and CURRENCY is EUR/.test(String(msg)));
    await waitFor('the app to say why it ends', saysWhy);
    expect(await app.stop()).toBe(1);
    expect(await consumers()).toBe(0);
  });
});
