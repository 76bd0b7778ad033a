import { COMMAND_QUEUES, type DeadLetterView, newUuid } from '@backstitch/shared-types';
import { type AppProcess, waitFor } from '@backstitch/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { deadLetterIn, dying, listed, UNHURRIED } from '../../testing/dead-letters.js';
import { metricsOf } from '../../testing/metrics.js';
import { type Answer, ask, Orchestrators } from '../../testing/orchestrators.js';

const { payment, order } = COMMAND_QUEUES;
const WHO = { reason: 'it is known', operator: 'olga' };

let shop: Orchestrators;
let one: AppProcess;

beforeAll(async () => {
  shop = await Orchestrators.prepare();
  one = await shop.ready(await shop.start(UNHURRIED));
});
afterAll(() => shop.close());
afterEach(async () => {
  await shop.query('DELETE FROM dead_letters');
});

describe('the list of dead letters', () => {
  it('lists page by page in the order of arrival, each dead letter once, over all queues', async () => {
    for (let i = 0; i < 3; i++) await deadLetterIn(shop, order, `order ${i}`);
    for (let i = 0; i < 9; i++) await deadLetterIn(shop, payment, `pay ${i}`);
    const { body: all } = await ask(one, 'GET', '/dead-letters');
    const idsOf = (body: Answer['body']) =>
      (body.deadLetters as DeadLetterView[]).map(({ id }) => id);
    const arrived = await shop.query('SELECT id FROM dead_letters ORDER BY seq');
    expect([idsOf(all), all.next]).toEqual([arrived.map(({ id }) => id), null]);
    const pages: string[][] = [];
    let path: string | undefined = '/dead-letters?limit=5';
    while (path !== undefined) {
      const { status, headers, body }: Answer = await ask(one, 'GET', path);
      expect(status).toBe(200);
      pages.push(idsOf(body));
      path = /^<([^>]+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
      expect(path === undefined).toBe(body.next === null);
    }
    expect(pages.map((page) => page.length)).toEqual([5, 5, 2]);
    expect(pages.flat()).toEqual(idsOf(all));
  });

  it('goes on behind a dead letter that is gone: none is shown twice, and none is left out', async () => {
    for (let i = 0; i < 4; i++) await deadLetterIn(shop, payment, `pay ${i}`);
    const all = (await listed(one)).map(({ id }) => id);
    const { body: first } = await ask(one, 'GET', `/dead-letters?queue=${payment}&limit=2`);
    const shown = first.deadLetters as DeadLetterView[];
    const path = `/dead-letters/${shown[1]!.id}/discard`;
    expect(await ask(one, 'POST', path, { body: WHO })).toMatchObject({ status: 200 });
    const after = `/dead-letters?queue=${payment}&after=${String(first.next)}`;
    const { body: rest } = await ask(one, 'GET', after);
    expect((rest.deadLetters as DeadLetterView[]).map(({ id }) => id)).toEqual(all.slice(2));
    expect(await ask(one, 'GET', after.replace(payment, order))).toMatchObject({ status: 400 });
    const overAll = `/dead-letters?after=${String(first.next)}`;
    expect(await ask(one, 'GET', overAll)).toMatchObject({ status: 400 });
  });

  it('shows of all dead letters those of a queue, a pattern, a reason, a class or a saga', async () => {
    const sagaId = newUuid();
    const saga = { sagaId, step: 'PAYMENT_PROCESSED', direction: 'do', attempt: 1 };
    const folding = JSON.stringify({ pattern: 'payment.fold', data: {}, saga });
    const asking = JSON.stringify({ pattern: 'payment.get', data: { orderId: newUuid() } });
    await deadLetterIn(shop, payment, 'no JSON', { headers: dying('NOT_JSON') });
    await deadLetterIn(shop, payment, folding, { headers: dying('UNKNOWN_PATTERN') });
    await deadLetterIn(shop, payment, asking, { headers: dying('INTERNAL') });
    await deadLetterIn(shop, order, 'no JSON', { headers: dying('NOT_JSON') });
    const shown = async (query: string) =>
      (await listed(one, `?${query}`)).map(({ queue, reason }) => `${queue} ${reason}`);
    const [unread, unknown, asked] = ['NOT_JSON', 'UNKNOWN_PATTERN', 'INTERNAL'].map(
      (reason) => `${payment} ${reason}`,
    );
    expect(await shown(`queue=${payment}`)).toEqual([unread, unknown, asked]);
    expect(await shown('pattern=payment.fold')).toEqual([unknown]);
    expect(await shown('reason=NOT_JSON')).toEqual([unread, `${order} NOT_JSON`]);
    expect(await shown(`reason=NOT_JSON&queue=${order}`)).toEqual([`${order} NOT_JSON`]);
    expect(await shown('class=obsolete')).toEqual([asked]);
    expect(await shown('class=unknown%20shape&limit=2')).toEqual([unread, unknown]);
    expect(await shown(`saga=${sagaId.toUpperCase()}`)).toEqual([unknown]);
    expect(await shown('reason=OTHER')).toEqual([]);
  });

  it('keeps its filters in the link to the next page', async () => {
    for (let i = 0; i < 3; i++) {
      await deadLetterIn(shop, payment, `pay ${i}`, { headers: dying('NOT_JSON') });
      await deadLetterIn(shop, payment, `pay ${i}`, { headers: dying('INTERNAL') });
    }
    const query = 'reason=NOT_JSON&class=unknown%20shape&limit=2';
    const { headers, body } = await ask(one, 'GET', `/dead-letters?${query}`);
    expect(body.more).toMatchObject({ [payment]: 1 });
    const [, next] = /^<([^>]+)>; rel="next"$/.exec(headers.get('link') ?? '')!;
    const { body: rest } = await ask(one, 'GET', next!);
    expect(rest).toMatchObject({ deadLetters: [{ reason: 'NOT_JSON' }], next: null });
  });

  it.each([
    ['queue=none', 'queue'],
    ['class=fine', 'class'],
    ['saga=x', 'saga'],
    ['pattern=', 'pattern'],
    [`reason=${'x'.repeat(201)}`, 'reason'],
    ['reason=a%00b', 'reason'],
    ['pattern=a&pattern=b', 'pattern'],
  ])('asked with ?%s is 400, naming %s', async (query, field) => {
    for (const path of ['/dead-letters', '/dead-letters/groups']) {
      if (field === 'class' && path !== '/dead-letters') continue;
      const { status, body } = await ask(one, 'GET', `${path}?${query}`);
      expect([status, body.errors]).toEqual([400, [expect.objectContaining({ field })]]);
    }
  });
});

describe('the groups of dead letters', () => {
  it('have counts, the largest first, of what has queue, pattern, reason and class in common', async () => {
    for (let i = 0; i < 3; i++) {
      await deadLetterIn(shop, payment, `pay ${i}`, { headers: dying('NOT_JSON') });
    }
    const asking = JSON.stringify({ pattern: 'order.get', data: { orderId: newUuid() } });
    await deadLetterIn(shop, order, asking, { headers: dying('INTERNAL') });
    const { body } = await ask(one, 'GET', '/dead-letters/groups');
    const seen = { oldestAt: expect.any(String), newestAt: expect.any(String) };
    expect(body).toEqual({
      groups: [
        {
          queue: payment,
          pattern: null,
          reason: 'NOT_JSON',
          class: 'unknown shape',
          count: 3,
          ...seen,
        },
        {
          queue: order,
          pattern: 'order.get',
          reason: 'INTERNAL',
          class: 'obsolete',
          count: 1,
          ...seen,
        },
      ],
      more: 0,
    });
    const { body: some } = await ask(one, 'GET', `/dead-letters/groups?queue=${order}`);
    expect(some.groups).toHaveLength(1);
  });
});

describe('the metric of dead letters', () => {
  it('counts those of a queue until they are decided on', async () => {
    for (let i = 0; i < 2; i++) await deadLetterIn(shop, payment, `pay ${i}`);
    const counted = (count: number) =>
      waitFor(`the metric to say ${count}`, async () => {
        const series = await metricsOf(one);
        return series.get(`backstitch_dead_letters{queue="${payment}"}`) === count;
      });
    await counted(2);
    const [first] = await listed(one);
    await ask(one, 'POST', `/dead-letters/${first!.id}/discard`, { body: WHO });
    await counted(1);
  });
});
