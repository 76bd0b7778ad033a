import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vhostUrl } from '@backstitch/launcher';
import { COMMAND_QUEUES, type CommandQueue } from '@backstitch/shared-types';
import { QueueClient, rabbitmqManagementUrl, rabbitmqUrl } from '@backstitch/testkit';
import {
  type Administrator,
  appNamed,
  type AppName,
  brokerTopology,
  DATABASE_OWNERS,
  derivedRoles,
  dropTopology,
  makeRoles,
  makeTopology,
  PARTICIPANTS,
  type PrivatePostgres,
  runAppCommand,
  startPrivatePostgres,
  usersOf,
  vhostsVariable,
} from '@backstitch/tools';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { takeDeadLetter } from './dead-letters.js';
import { completed, failed, orderRows, product, sagaLog } from './saga-log.js';
import { checkout, mouse, MOUSE } from './shopper.js';
import { System, type SystemOptions } from './system.js';

const { order, inventory, payment } = COMMAND_QUEUES;
const WITHIN_MS = 300_000;
const prefix = `e${crypto.randomUUID().slice(0, 8)}_`;
const topology = brokerTopology(prefix);
const passwordOf = (user: string) => `secret of ${user}`;

/** The address of the broker for a user, in a virtual host. */
function brokerUrl(user: string, vhost = user): string {
  const url = new URL(vhostUrl(rabbitmqUrl(), vhost));
  url.username = user;
  url.password = encodeURIComponent(passwordOf(user));
  return url.href;
}

/** Each app as a role of its own, on databases that the owners have migrated. */
async function databaseVariables(
  serverUrl: string,
  databases: System['databases'],
): Promise<Map<AppName, string>> {
  const names = DATABASE_OWNERS.map(({ name, database }) => {
    return { name, database: new URL(databases[database].url).pathname.slice(1) };
  });
  const roles = names.map(({ database }) => derivedRoles(serverUrl, database));
  await makeRoles(serverUrl, roles);
  const users = usersOf(serverUrl, roles);
  for (const { name, database } of names) {
    const MIGRATION_DB_URL = users.owner(database);
    const env = { PATH: process.env['PATH'], DB_URL: users.app(database), MIGRATION_DB_URL };
    await runAppCommand(name, 'migrate', env);
  }
  return new Map(names.map(({ name, database }) => [name, users.app(database)]));
}

function brokerVariables(app: AppName): Record<string, string> {
  if (app === 'orchestrator') {
    return {
      RABBITMQ_URL: brokerUrl(`${prefix}orchestrator`, '/'),
      RABBITMQ_VHOSTS: vhostsVariable(prefix),
    };
  }
  return {
    RABBITMQ_URL: brokerUrl(prefix + app),
    COMMANDS_USER: `${prefix}orchestrator`,
  };
}

describe('a system in which every app has its own role, user and virtual host', () => {
  let folder: string;
  let postgres: PrivatePostgres;
  let administrator: Administrator;
  let system: System;
  let appUrls: Map<AppName, string>;
  const clients: QueueClient[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'own-users-'));
    chmodSync(folder, 0o711);
    postgres = await startPrivatePostgres({ dataDir: join(folder, 'postgres') });
    administrator = { managementUrl: rabbitmqManagementUrl(), amqpUrl: rabbitmqUrl() };
    const passwords = new Map(topology.users.map((user) => [user, passwordOf(user)]));
    await makeTopology(administrator, { topology, passwords });
    system = await System.start({
      postgresUrl: postgres.url,
      env: { COMMANDS: 'strict', QUEUES: 'check' },
      variablesOf: async (databases) => {
        appUrls = await databaseVariables(postgres.url, databases);
        const variables = [...appUrls].map(([app, url]) => {
          const broker = appNamed(app).name === 'api-gateway' ? {} : brokerVariables(app);
          return [app, { DB_URL: url, ...broker }] as const;
        });
        return Object.fromEntries(variables) as SystemOptions['appEnv'];
      },
    });
  }, WITHIN_MS);
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await system?.stop();
    await dropTopology(administrator, topology);
    await postgres?.stop();
    rmSync(folder, { recursive: true });
  }, WITHIN_MS);

  /** A client in the virtual host of a queue, which may do everything there; no app's user. */
  async function strangerAt(queue: CommandQueue): Promise<QueueClient> {
    const { name } = PARTICIPANTS.find(({ commandQueue }) => commandQueue === queue)!;
    const client = await QueueClient.connect(vhostUrl(rabbitmqUrl(), prefix + name));
    clients.push(client);
    return client;
  }

  const tables = async () => ({
    orders: await system.rows('orders', 'SELECT * FROM orders ORDER BY id'),
    reservations: await system.rows('inventory', 'SELECT * FROM reservations ORDER BY order_id'),
    payments: await system.rows('payments', 'SELECT * FROM payments ORDER BY order_id'),
    refunds: await system.rows('payments', 'SELECT * FROM bank.refunds ORDER BY key'),
  });

  it('serves a checkout to its end', async () => {
    const before = await product(system, MOUSE);
    const { status, body } = await checkout(system.gatewayUrl, [mouse(2)]);
    expect([status, body]).toEqual([200, expect.objectContaining({ success: true })]);
    expect(await orderRows(system, body.orderId)).toMatchObject({
      order: { status: 'CONFIRMED' },
      reservation: { status: 'CONSUMED' },
      payments: [{ status: 'SUCCESS' }],
      saga: { status: 'DONE' },
    });
    expect((await product(system, MOUSE)).stock_quantity).toBe(before.stock_quantity - 2);
  });

  it(
    'undoes a checkout whose payment is declined',
    async () => {
      await system.apps['payment-service'].stop();
      await system.restart('payment-service', { PAYMENT_FAILURE_RATE: '1' });
      const { status, body } = await checkout(system.gatewayUrl, [mouse(3)]);
      expect(status).toBe(402);
      expect(await sagaLog(system, body.sagaId)).toEqual([
        ...completed('ORDER_CREATED', 'INVENTORY_RESERVED'),
        ...failed('PAYMENT_PROCESSED'),
        ...completed('RELEASE_INVENTORY', 'CANCEL_ORDER'),
      ]);
      await system.apps['payment-service'].stop();
      await system.restart('payment-service', { PAYMENT_FAILURE_RATE: '0' });
    },
    WITHIN_MS,
  );

  it(
    'makes a dead letter of a command without a saga, or of another user, and changes nothing',
    async () => {
      const { body } = await checkout(system.gatewayUrl, [mouse(1)]);
      const { orderId, sagaId } = body;
      const before = await tables();
      const commands: [CommandQueue, string, string][] = [
        [order, 'order.confirm', 'do'],
        [order, 'order.cancel', 'undo'],
        [inventory, 'inventory.release', 'undo'],
        [payment, 'payment.refund', 'undo'],
      ];
      for (const [queue, pattern, direction] of commands) {
        const stranger = await strangerAt(queue);
        const saga = { sagaId, step: 'X', direction, attempt: 1 };
        for (const [tag, code] of [
          [undefined, 'SAGA_REQUIRED'],
          [saga, 'SENDER_REFUSED'],
        ] as const) {
          const reply = await stranger.call(queue, pattern, { orderId }, tag);
          expect(reply).toMatchObject({ err: { code, retryable: false } });
          expect(await takeDeadLetter(system, queue)).toMatchObject({ reason: code, pattern });
        }
      }
      expect(await tables()).toEqual(before);
      const asked = await (await strangerAt(order)).call(order, 'order.get', { orderId });
      expect(asked).toHaveProperty('response.id');
    },
    WITHIN_MS,
  );

  it('runs no app as a user that may change a ledger or reach another database', async () => {
    for (const [app, url] of appUrls) {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      const { rows } = await client.query<{ powers: boolean }>(
        `SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls AS powers
          FROM pg_roles WHERE rolname = current_user`,
      );
      expect([app, rows]).toEqual([app, [{ powers: false }]]);
      await client.end();
    }
    const used = await system.rows<{ name: string }>(
      'orders',
      `SELECT DISTINCT usename AS name FROM pg_stat_activity
        WHERE application_name ~ '^(order|inventory|payment)-service|^orchestrator'`,
    );
    expect(used.length).toBeGreaterThan(3);
    expect(used.filter(({ name }) => !name.endsWith('_app'))).toEqual([]);
  });

  it('leaves books that agree', () => system.expectReconciled(), WITHIN_MS);
});
