import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Database } from '@backstitch/database';
import { newUuid } from '@backstitch/shared-types';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OrdersRepository } from '../orders/orders.repository.js';
import { creation, ordersDatabase } from '../testing/orders-database.js';
import { type Finding, RebuildRepository } from './rebuild.repository.js';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

let server: Awaited<ReturnType<typeof ordersDatabase>>;
let database: Database;
let orders: OrdersRepository;
let rebuilds: RebuildRepository;

beforeAll(async () => {
  server = await ordersDatabase();
  database = server.open();
  orders = new OrdersRepository(database, 'USD');
  rebuilds = new RebuildRepository(database);
});
afterAll(() => server.drop());

async function confirmedOrder(): Promise<string> {
  const write = creation(newUuid(), newUuid());
  await orders.write(write);
  await orders.write({ change: 'confirm', orderId: write.orderId, sagaId: write.sagaId });
  return write.orderId;
}

/** As a hand does it that bypasses the triggers and the apps. */
async function byHand(sql: string, orderId: string): Promise<void> {
  const client = await database.pool.connect();
  await client.query('SET session_replication_role = replica');
  await client.query(sql, [orderId]);
  client.release(true);
}

async function allFindings(): Promise<Finding[]> {
  const found: Finding[] = [];
  // Batches of two: the findings must not depend on where a batch ends.
  for await (const batch of rebuilds.findings(2)) found.push(...batch.found);
  return found;
}

function run(...words: string[]): Promise<{ code: number; stdout: string }> {
  const env = { ...process.env, DB_URL: server.url, OPERATOR: 'olga' };
  return new Promise((resolve) => {
    execFile(process.execPath, [CLI, 'rebuild', ...words], { env }, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout: stdout + stderr });
    });
  });
}

describe('the rebuilding of orders', () => {
  it('finds nothing where no hand has changed a row', async () => {
    for (let count = 0; count < 5; count += 1) await confirmedOrder();
    expect(await allFindings()).toEqual([]);
  });

  it('finds rows that were changed or removed by hand, and makes them anew', async () => {
    const changed = await confirmedOrder();
    const removed = await confirmedOrder();
    const untouched = await confirmedOrder();
    const before = await orders.read(removed);
    await byHand(
      `UPDATE orders SET status = 'PENDING', saga_state = 'ORDER_CREATED',
      total_amount = 1 WHERE id = $1`,
      changed,
    );
    await byHand('DELETE FROM orders WHERE id = $1', removed);
    const found = await allFindings();
    expect(found.map(({ orderId }) => orderId).sort()).toEqual([changed, removed].sort());
    expect(await rebuilds.mend(changed, 'olga')).toBe(true);
    expect(await rebuilds.mend(removed, 'olga')).toBe(true);
    expect(await rebuilds.mend(untouched, 'olga')).toBe(false);
    expect(await allFindings()).toEqual([]);
    expect(await orders.read(changed)).toMatchObject({
      status: 'CONFIRMED',
      total_amount: '49.98',
    });
    expect(await orders.read(removed)).toEqual(before);
  });

  it('is recorded with both contents of the row', async () => {
    const orderId = await confirmedOrder();
    await byHand(`UPDATE orders SET total_amount = 1 WHERE id = $1`, orderId);
    await rebuilds.mend(orderId, 'olga');
    const text = `SELECT operator, row_before->>'totalAmount' AS before,
      row_after->>'totalAmount' AS after FROM order_rebuilds WHERE order_id = $1`;
    const { rows } = await database.pool.query(text, [orderId]);
    expect(rows).toEqual([{ operator: 'olga', before: '1.00', after: '49.98' }]);
  });

  it('changes no row whose events are broken', async () => {
    const orderId = await confirmedOrder();
    await byHand('DELETE FROM order_events WHERE order_id = $1 AND sequence = 1', orderId);
    const [finding] = (await rebuilds.find(orderId))!.found;
    expect(finding).toMatchObject({ orderId, isMendable: false });
    expect(await rebuilds.mend(orderId, 'olga')).toBe(false);
    await byHand('DELETE FROM orders WHERE id = $1', orderId);
    await byHand('DELETE FROM order_events WHERE order_id = $1', orderId);
  });
});

describe('the command orders rebuild', () => {
  it('only tells with --check, mends without, and then finds nothing', async () => {
    const orderId = await confirmedOrder();
    await byHand(`UPDATE orders SET total_amount = 1 WHERE id = $1`, orderId);
    const checked = await run('--check');
    expect(checked).toMatchObject({ code: 1, stdout: expect.stringContaining(orderId) });
    expect(checked.stdout).toContain('totalAmount is 1.00, and its events make 49.98');
    expect(await run()).toMatchObject({ code: 0, stdout: expect.stringContaining('rebuilt') });
    expect(await run('--check')).toMatchObject({ code: 0 });
  });

  it('looks at one order only, when it is named', async () => {
    const orderId = await confirmedOrder();
    const other = await confirmedOrder();
    await byHand(`UPDATE orders SET total_amount = 1 WHERE id = $1`, other);
    expect(await run('--check', orderId)).toMatchObject({ code: 0 });
    expect(await run('--check', other)).toMatchObject({ code: 1 });
    expect(await run(other)).toMatchObject({ code: 0 });
  });

  it('cannot tell anything of an id that is no order, or of another word', async () => {
    expect(await run(newUuid())).toMatchObject({ code: 2 });
    expect(await run('nonsense')).toMatchObject({ code: 2 });
    expect(await run('--nonsense')).toMatchObject({ code: 2 });
  });
});
