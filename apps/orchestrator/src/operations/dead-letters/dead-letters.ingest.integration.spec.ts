import { Broker, DeadLetterQueues } from '@backstitch/messaging';
import { createLoggerTo } from '@backstitch/service-kit';
import { COMMAND_QUEUES, deadLetterQueueOf, newUuid } from '@backstitch/shared-types';
import { postgresUrl, testVhost, type TestVhost, waitFor } from '@backstitch/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { claimFixture, type ClaimFixture } from '../../testing/claim-fixture.js';
import { dying } from '../../testing/dead-letters.js';
import { DeadLettersIngest } from './dead-letters.ingest.js';
import { DeadLettersRepository } from './dead-letters.repository.js';

const { payment } = COMMAND_QUEUES;
const DEAD = deadLetterQueueOf(payment);

let claims: ClaimFixture;
let vhost: TestVhost;
let lines: string[];
let repository: DeadLettersRepository;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  claims = await claimFixture();
  vhost = await testVhost('ingest');
  repository = new DeadLettersRepository(claims.database);
});
afterAll(async () => {
  await claims.close();
  await vhost.drop();
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  await claims.query('TRUNCATE dead_letters');
});

/** What an orchestrator has for this, on a connection of its own to the broker. */
async function ingest(
  name = 'one',
  reached?: (point: string) => void | Promise<void>,
): Promise<DeadLetterQueues> {
  lines = [];
  const logger = createLoggerTo({ write: (line) => void lines.push(line) }, 'test', 'info');
  const broker = new Broker({ urls: [vhost.url], name, logger, ...(reached && { reached }) });
  broker.connect();
  await broker.ready();
  const queues = new DeadLetterQueues({ broker });
  const { database } = claims;
  const ingesting = new DeadLettersIngest({
    queues,
    commandQueues: [payment],
    deadLetters: repository,
    logger,
    recovered: () => database.isAvailable(),
  });
  ingesting.start();
  closing.push(async () => {
    await ingesting.close(5_000);
    await broker.close();
  });
  return queues;
}

const publish = (body: string | Buffer, properties: object = {}) =>
  vhost.publish(DEAD, Buffer.from(body), { messageId: newUuid(), ...properties });
const rows = (columns = '*') => claims.query(`SELECT ${columns} FROM dead_letters ORDER BY seq`);
const rowsAre = (count: number) =>
  waitFor(`${count} rows, and an empty queue`, async () => {
    const { messages } = (await vhost.queue(DEAD))!;
    return messages === 0 && (await rows('id')).length === count;
  });

describe('a message of a dead-letter queue', () => {
  it('becomes a row with its bytes, its properties, its reason and what it names', async () => {
    await ingest();
    const [sagaId, orderId] = [newUuid(), newUuid()];
    const saga = { sagaId, step: 'PAYMENT_PROCESSED', direction: 'do', attempt: 3 };
    const body = JSON.stringify({
      pattern: 'payment.process',
      data: { orderId, amount: '1.00' },
      saga,
    });
    const headers: Record<string, unknown> = { ...dying('INTERNAL', 2), mine: 1 };
    await publish(body, { messageId: 'm-1', correlationId: 'c-1', replyTo: 'r-1', headers });
    await rowsAre(1);
    const [row] = await rows();
    expect(row).toMatchObject({
      id: expect.stringMatching(/^payment_commands\.[0-9a-f]{20}$/),
      queue: payment,
      state: 'open',
      class: 'unclear',
      reason: 'INTERNAL',
      pattern: 'payment.process',
      saga_id: sagaId,
      order_id: orderId,
      step: 'PAYMENT_PROCESSED',
      direction: 'do',
      attempt: '3',
      bytes: Buffer.from(body),
      properties: { messageId: 'm-1', correlationId: 'c-1', replyTo: 'r-1', headers },
      died_at: new Date(String(headers['dead-at'])),
      replayed_count: 0,
    });
  });

  it('is accepted whatever its bytes, its headers and its ids are', async () => {
    const queues = await ingest();
    let deep: object = { bytes: Buffer.from([0, 255]) };
    for (let i = 0; i < 200; i++) deep = { deep };
    const wide = Object.fromEntries(
      Array.from({ length: 500 }, (_, n) => [`h${n}`, 'x'.repeat(50)]),
    );
    const hostile: [string | Buffer, object][] = [
      ['', { messageId: undefined }],
      [Buffer.from([0xff, 0x00, 0xfe]), { messageId: undefined }],
      ['[]', { messageId: 'a\0b', headers: { 'dead-reason': 'a\0b\u2028' } }],
      ['{"pattern":"a\\u0000b","data":{"orderId":"\\ud800"}}', {}],
      ['{"pattern":"payment.refund","data":{"__proto__":1}}', { headers: { deep } }],
      ['wide', { headers: wide }],
      ['bytes', { headers: { bytes: Buffer.from([0, 255]), 'dead-at': 'x'.repeat(5_000) } }],
      [Buffer.alloc(3_000_000, 'x'), {}],
      ['late', { headers: { 'dead-at': '+275760-09-13T00:00:00.000Z' } }],
      ['typed', { timestamp: 2 ** 40, type: 't', expiration: '10000000', CC: 'order_commands' }],
    ];
    for (const [body, properties] of hostile) await publish(body, properties);
    await rowsAre(hostile.length);
    const stored = await rows('bytes');
    expect(stored.map(({ bytes }) => bytes)).toEqual(hostile.map(([body]) => Buffer.from(body)));
    expect(lines.filter((line) => line.includes('"level":"error"'))).toEqual([]);
    // What was read back can be published again.
    for (const { id } of await repository.page({}, 100)) {
      await queues.replay((await repository.find(id))!);
    }
    expect(await vhost.queue(payment)).toMatchObject({ messages: hostile.length });
    while ((await vhost.queue(payment))!.messages > 0) await vhost.take(payment);
  });

  it('is one row when it comes twice, since its acknowledgement was lost after the commit', async () => {
    let passes = 0;
    await ingest('cut', async (point) => {
      if (point !== 'orchestrator.dead-letters-before-ack') return;
      passes += 1;
      if (passes > 1) return;
      while ((await vhost.closeConnections(/^cut consume$/)) === 0);
    });
    await publish('one', { headers: dying('NOT_JSON') });
    await waitFor('it to come twice', () => passes === 2);
    await rowsAre(1);
    expect(await rows('state, replayed_count')).toEqual([{ state: 'open', replayed_count: 0 }]);
  });

  it('stays in its queue while the database is away, and is stored within 5 s after that', async () => {
    await ingest();
    const [{ name } = {}] = await claims.query('SELECT current_database() AS name');
    const admin = new pg.Client({ connectionString: postgresUrl() });
    await admin.connect();
    const allowed = (isAllowed: boolean) =>
      admin.query(`ALTER DATABASE "${String(name)}" ALLOW_CONNECTIONS ${isAllowed}`);
    await allowed(false);
    try {
      const kill = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1';
      await admin.query(kill, [name]);
      for (const text of ['one', 'two']) await publish(text);
      await waitFor('both to be back in the queue, without a reader', async () => {
        const { messages, consumers } = (await vhost.queue(DEAD))!;
        return messages === 2 && consumers === 0;
      });
    } finally {
      await allowed(true);
      await admin.end();
    }
    await rowsAre(2);
  });

  it('is stored once, by several orchestrators at once', async () => {
    await Promise.all([ingest('one'), ingest('two'), ingest('three')]);
    for (let i = 0; i < 300; i++) await publish(`dead ${i}`);
    await rowsAre(300);
    const [{ texts } = {}] = await claims.query(
      'SELECT count(DISTINCT bytes)::int AS texts FROM dead_letters',
    );
    expect(texts).toBe(300);
  });
});

describe('a message that dies again', () => {
  const actor = { actionId: newUuid(), operator: 'olga', reason: 'repaired' };

  it('after its replay is the same row, open again, with its first death and its replays', async () => {
    const queues = await ingest();
    const first = dying('INTERNAL', 5);
    await publish('one', { headers: first, messageId: 'm-1' });
    await rowsAre(1);
    const [stored] = await repository.page({}, 1);
    expect(await repository.beginReplay(stored!.id, actor)).toBe(true);
    await queues.replay(stored!);
    await repository.endReplay(stored!.id, actor.actionId);
    expect(await rows('state, replayed_count')).toEqual([{ state: 'replayed', replayed_count: 1 }]);
    const { content, properties } = await vhost.take(payment);
    const { messageId } = properties as unknown as { messageId: string };
    const again = { ...properties.headers, ...dying('NOT_JSON', 1), 'dead-message-id': messageId };
    await publish(content, { headers: again });
    await waitFor('the row to be open', async () => (await rows())[0]?.state === 'open');
    expect(await rows('id, state, reason, died_at, replayed_count, operator')).toEqual([
      {
        id: stored!.id,
        state: 'open',
        reason: 'NOT_JSON',
        died_at: new Date(first['dead-at']!),
        replayed_count: 1,
        operator: 'olga',
      },
    ]);
  });

  it('before its replay was written stays open, and the replay is counted', async () => {
    await ingest();
    await publish('one', { headers: dying('INTERNAL', 5), messageId: 'm-1' });
    await rowsAre(1);
    const [stored] = await repository.page({}, 1);
    await repository.beginReplay(stored!.id, actor);
    const firstly = { 'first-dead-at': String(stored!.properties.headers?.['dead-at']) };
    const again = { ...firstly, ...dying('NOT_JSON', 1), 'dead-message-id': 'm-1' };
    await publish('one', { headers: again });
    await waitFor('the row to be open', async () => (await rows())[0]?.state === 'open');
    await repository.endReplay(stored!.id, actor.actionId);
    expect(await rows('state, reason, replayed_count')).toEqual([
      { state: 'open', reason: 'NOT_JSON', replayed_count: 1 },
    ]);
  });

  it('put there by hand once more after it was discarded is open again', async () => {
    await ingest();
    await publish('one', { messageId: 'm-1' });
    await rowsAre(1);
    const [stored] = await repository.page({}, 1);
    expect(await repository.discard(stored!.id, actor)).toBe(true);
    await publish('one', { messageId: 'm-1' });
    await waitFor('the row to be open', async () => (await rows())[0]?.state === 'open');
  });
});

describe('a replay that the broker refuses', () => {
  it('leaves the row open, and another one may begin', async () => {
    await ingest();
    await publish('one');
    await rowsAre(1);
    const [stored] = await repository.page({}, 1);
    const [one, two] = [newUuid(), newUuid()].map((actionId) => ({
      actionId,
      operator: 'olga',
      reason: 'x',
    }));
    expect(await repository.beginReplay(stored!.id, one!)).toBe(true);
    expect(await repository.beginReplay(stored!.id, two!)).toBe(false);
    await repository.giveUpReplay(stored!.id, two!.actionId);
    expect(await rows('state')).toEqual([{ state: 'replaying' }]);
    await repository.giveUpReplay(stored!.id, one!.actionId);
    expect(await repository.beginReplay(stored!.id, two!)).toBe(true);
  });
});
