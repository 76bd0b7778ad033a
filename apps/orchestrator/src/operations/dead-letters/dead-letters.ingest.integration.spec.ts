import { COMMAND_QUEUES, newUuid } from '@backstitch/shared-types';
import { postgresUrl, waitFor } from '@backstitch/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { dying } from '../../testing/dead-letters.js';
import { DEAD, IngestFixture } from '../../testing/ingest-fixture.js';

const { payment } = COMMAND_QUEUES;

let fixture: IngestFixture;

beforeAll(async () => {
  fixture = await IngestFixture.prepare();
});
afterAll(() => fixture?.close());
afterEach(() => fixture.reset());

const publish = (body: string | Buffer, properties: object = {}) =>
  fixture.publish(body, properties);
const rows = (columns?: string) => fixture.rows(columns);
const rowsAre = (count: number) => fixture.rowsAre(count);

describe('a message of a dead-letter queue', () => {
  it('becomes a row with its bytes, its properties, its reason and what it names', async () => {
    await fixture.start();
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
    const { queues } = await fixture.start();
    let deep: object = { bytes: Buffer.from([0, 255]) };
    for (let i = 0; i < 200; i++) deep = { deep };
    const wide = Object.fromEntries(
      Array.from({ length: 1_000 }, (_, n) => [`h${n}`, 'x'.repeat(50)]),
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
    expect(fixture.lines.filter((line) => line.includes('"level":"error"'))).toEqual([]);
    // What was read back can be published again.
    for (const { id } of await fixture.repository.page({}, 100)) {
      await queues.replay((await fixture.repository.find(id))!);
    }
    expect(await fixture.vhost.queue(payment)).toMatchObject({ messages: hostile.length });
    while ((await fixture.vhost.queue(payment))!.messages > 0) await fixture.vhost.take(payment);
  });

  it('is one row when it comes twice, since its acknowledgement was lost after the commit', async () => {
    let passes = 0;
    await fixture.start('cut', async (point) => {
      if (point !== 'orchestrator.dead-letters-before-ack') return;
      passes += 1;
      if (passes > 1) return;
      while ((await fixture.vhost.closeConnections(/^cut consume$/)) === 0);
    });
    await publish('one', { headers: dying('NOT_JSON') });
    await waitFor('it to come twice', () => passes === 2);
    await rowsAre(1);
    expect(await rows('state, replayed_count')).toEqual([{ state: 'open', replayed_count: 0 }]);
  });

  it('stays in its queue while the database is away, and is stored once it is back', async () => {
    await fixture.start();
    const [{ name } = {}] = await fixture.query('SELECT current_database() AS name');
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
        const { messages, consumers } = (await fixture.vhost.queue(DEAD))!;
        return messages === 2 && consumers === 0;
      });
    } finally {
      await allowed(true);
      await admin.end();
    }
    await rowsAre(2);
  });

  it('is stored once, by several orchestrators at once', async () => {
    await Promise.all([fixture.start('one'), fixture.start('two'), fixture.start('three')]);
    for (let i = 0; i < 300; i++) await publish(`dead ${i}`);
    await rowsAre(300);
    const [{ texts } = {}] = await fixture.query(
      'SELECT count(DISTINCT bytes)::int AS texts FROM dead_letters',
    );
    expect(texts).toBe(300);
  });
});

describe('a message that dies again', () => {
  const actor = { actionId: newUuid(), operator: 'olga', reason: 'repaired' };

  it('after its replay is the same row, open again, with its first death and its replays', async () => {
    const { queues } = await fixture.start();
    const first = dying('INTERNAL', 5);
    await publish('one', { headers: first, messageId: 'm-1' });
    await rowsAre(1);
    const [stored] = await fixture.repository.page({}, 1);
    expect(await fixture.repository.beginReplay(stored!.id, actor)).toBe(true);
    await queues.replay(stored!);
    await fixture.repository.endReplay(stored!.id, actor.actionId);
    expect(await rows('state, replayed_count')).toEqual([{ state: 'replayed', replayed_count: 1 }]);
    const { content, properties } = await fixture.vhost.take(payment);
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
    await fixture.start();
    await publish('one', { headers: dying('INTERNAL', 5), messageId: 'm-1' });
    await rowsAre(1);
    const [stored] = await fixture.repository.page({}, 1);
    await fixture.repository.beginReplay(stored!.id, actor);
    const firstly = { 'first-dead-at': String(stored!.properties.headers?.['dead-at']) };
    const again = { ...firstly, ...dying('NOT_JSON', 1), 'dead-message-id': 'm-1' };
    await publish('one', { headers: again });
    await waitFor('the row to be open', async () => (await rows())[0]?.state === 'open');
    await fixture.repository.endReplay(stored!.id, actor.actionId);
    expect(await rows('state, reason, replayed_count')).toEqual([
      { state: 'open', reason: 'NOT_JSON', replayed_count: 1 },
    ]);
  });

  it('put there by hand once more after it was discarded is open again', async () => {
    await fixture.start();
    await publish('one', { messageId: 'm-1' });
    await rowsAre(1);
    const [stored] = await fixture.repository.page({}, 1);
    expect(await fixture.repository.discard(stored!.id, actor)).toBe(true);
    await publish('one', { messageId: 'm-1' });
    await waitFor('the row to be open', async () => (await rows())[0]?.state === 'open');
  });
});

describe('a replay that the broker refuses', () => {
  it('leaves the row open, and another one may begin', async () => {
    await fixture.start();
    await publish('one');
    await rowsAre(1);
    const [stored] = await fixture.repository.page({}, 1);
    const [one, two] = [newUuid(), newUuid()].map((actionId) => ({
      actionId,
      operator: 'olga',
      reason: 'x',
    }));
    expect(await fixture.repository.beginReplay(stored!.id, one!)).toBe(true);
    expect(await fixture.repository.beginReplay(stored!.id, two!)).toBe(false);
    await fixture.repository.giveUpReplay(stored!.id, two!.actionId);
    expect(await rows('state')).toEqual([{ state: 'replaying' }]);
    await fixture.repository.giveUpReplay(stored!.id, one!.actionId);
    expect(await fixture.repository.beginReplay(stored!.id, two!)).toBe(true);
  });
});
