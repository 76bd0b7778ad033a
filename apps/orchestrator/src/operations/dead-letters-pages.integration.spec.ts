import { COMMAND_QUEUES, deadLetterQueueOf } from '@backstitch/shared-types';
import type { AppProcess } from '@backstitch/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Letter, UNHURRIED } from '../testing/letters.js';
import { type Answer, ask, Orchestrators } from '../testing/orchestrators.js';

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
  for (const queue of [payment, order].map(deadLetterQueueOf)) {
    while ((await shop.vhost.queue(queue))!.messages > 0) await shop.vhost.take(queue);
  }
});

describe('the list of dead letters', () => {
  it('lists page by page, each letter once, over all queues', async () => {
    const dead = deadLetterQueueOf;
    for (let i = 0; i < 3; i++) await shop.vhost.publish(dead(order), Buffer.from(`order ${i}`));
    for (let i = 0; i < 4; i++) await shop.vhost.publish(dead(payment), Buffer.from(`pay ${i}`));
    const { body: all } = await ask(one, 'GET', '/dead-letters');
    const idsOf = (body: Answer['body']) => (body.letters as Letter[]).map(({ id }) => id);
    expect([idsOf(all).length, all.next]).toEqual([7, null]);
    const pages: string[][] = [];
    let path: string | undefined = '/dead-letters?limit=2';
    while (path !== undefined) {
      const { status, headers, body }: Answer = await ask(one, 'GET', path);
      expect(status).toBe(200);
      pages.push(idsOf(body));
      path = /^<([^>]+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
      expect(path === undefined).toBe(body.next === null);
    }
    expect(pages.map((page) => page.length)).toEqual([2, 2, 2, 1]);
    expect(pages.flat()).toEqual(idsOf(all));
  });

  it('begins again at the head of a queue when the letter before the page is gone', async () => {
    const dead = deadLetterQueueOf(payment);
    for (let i = 0; i < 4; i++) await shop.vhost.publish(dead, Buffer.from(`pay ${i}`));
    const { body: first } = await ask(one, 'GET', `/dead-letters?queue=${payment}&limit=2`);
    const shown = first.letters as Letter[];
    const path = `/dead-letters/${shown[1]!.id}/discard`;
    expect(await ask(one, 'POST', path, { body: WHO })).toMatchObject({ status: 200 });
    const after = `/dead-letters?queue=${payment}&after=${String(first.next)}`;
    const { body: rest } = await ask(one, 'GET', after);
    expect(rest.letters).toHaveLength(3);
    expect((rest.letters as Letter[])[0]!.id).toBe(shown[0]!.id);
    expect(await ask(one, 'GET', after.replace(payment, order))).toMatchObject({ status: 400 });
  });
});
