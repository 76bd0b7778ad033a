import { COMMAND_QUEUES, COMMANDS, deadLetterQueueOf, newUuid } from '@backstitch/shared-types';
import { type AppProcess, waitFor } from '@backstitch/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { listed, UNHURRIED } from './testing/dead-letters.js';
import { metricsOf } from './testing/metrics.js';
import { ask, Orchestrators, post, TWO_SAGAS } from './testing/orchestrators.js';
import { retentionRunOn } from './testing/retention-fixture.js';

const { order, payment } = COMMAND_QUEUES;
const SETTINGS = { ...UNHURRIED, HEARTBEAT_MS: '100', OWNER_SILENT_MS: '1000' };

let shop: Orchestrators;
const running: AppProcess[] = [];
beforeAll(async () => {
  shop = await Orchestrators.prepare();
});
afterAll(() => shop.close());
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.kill()));
  await shop.query('TRUNCATE saga_state, saga_logs, idempotency_keys, dead_letters');
  for (const queue of Object.values(COMMAND_QUEUES)) {
    for (const each of [queue, deadLetterQueueOf(queue)]) {
      while (((await shop.vhost.queue(each))?.messages ?? 0) > 0) await shop.vhost.take(each);
    }
  }
});

async function started(program?: string): Promise<AppProcess> {
  const one = await shop.ready(await shop.start(SETTINGS, program));
  running.push(one);
  return one;
}
const withGiftCards = () => started(TWO_SAGAS);

interface Begun {
  sagaId: string;
  orderId: string;
}
async function giftCard(one: AppProcess): Promise<Begun> {
  const begun = { sagaId: newUuid(), orderId: newUuid() };
  const answer = await ask(one, 'POST', '/gift-cards', { body: begun });
  expect(answer).toMatchObject({ status: 202, body: { kind: 'started' } });
  return begun;
}
async function checkout(one: AppProcess): Promise<Begun> {
  const headers = { 'x-saga-id': newUuid(), prefer: 'respond-async' };
  const { status, body } = await post(one, `user ${newUuid()}`, headers);
  expect(status).toBe(202);
  return { sagaId: String(body.sagaId), orderId: String(body.orderId) };
}

const rowOf = async ({ sagaId }: Begun) =>
  (await shop.query('SELECT * FROM saga_state WHERE saga_id = $1', [sagaId]))[0];
const at = (one: Begun, step: string) =>
  waitFor(`the saga at ${step}`, async () => (await rowOf(one))?.current_step === step);
const haveEnded = (...all: readonly Begun[]) =>
  shop.serveUntil('the sagas to end', async () => {
    const rows = await Promise.all(all.map(rowOf));
    return rows.every((row) => row?.status === 'DONE' || row?.status === 'COMPENSATED');
  });
const stepsOf = async ({ sagaId }: Begun) => {
  const rows = await shop.query(
    `SELECT step FROM saga_logs WHERE saga_id = $1 AND status = 'COMPLETED' ORDER BY created_at`,
    [sagaId],
  );
  return rows.map(({ step }) => step);
};

/** The dead letter that names this saga, once it can be listed. */
const deadLetterOf = (one: AppProcess, queue: string, { sagaId }: Begun) =>
  waitFor('the dead letter', async () =>
    (await listed(one, `?queue=${queue}`)).find((each) => each.sagaId === sagaId),
  );

const CHECKOUT_STEPS = [
  'ORDER_CREATED',
  'INVENTORY_RESERVED',
  'PAYMENT_PROCESSED',
  'INVENTORY_COMMITTED',
  'ORDER_CONFIRMED',
];
const GIFT_CARD_STEPS = ['PAYMENT_PROCESSED', 'INVENTORY_RESERVED', 'ORDER_CREATED'];
const WHO = { reason: 'the customer called', operator: 'olga' };

describe('two sagas with steps of the same names in one orchestrator', () => {
  it('each end by their own steps, also after another instance took them over', async () => {
    const first = await withGiftCards();
    const [card, cart] = [await giftCard(first), await checkout(first)];
    await shop.serve('payment', { response: {} });
    await at(card, 'INVENTORY_RESERVED');
    await first.kill();
    await withGiftCards();
    await haveEnded(card, cart);
    expect(await stepsOf(card)).toEqual(GIFT_CARD_STEPS);
    expect(await stepsOf(cart)).toEqual(CHECKOUT_STEPS);
    expect([await rowOf(card), await rowOf(cart)]).toMatchObject([
      { status: 'DONE', epoch: 2 },
      { status: 'DONE', epoch: 2 },
    ]);
  });

  it('are measured apart: steps, ends and unfinished sagas', async () => {
    const one = await withGiftCards();
    const [card, cart] = [await giftCard(one), await checkout(one)];
    await haveEnded(card, cart);
    const series = await metricsOf(one);
    const steps = (definition: string, step: string) =>
      series.get(
        `backstitch_saga_step_duration_seconds_count{definition="${definition}",step="${step}",direction="do",outcome="done"}`,
      );
    expect(steps('gift-card', 'INVENTORY_RESERVED')).toBe(1);
    expect(steps('checkout', 'INVENTORY_RESERVED')).toBe(1);
    expect(steps('gift-card', 'INVENTORY_COMMITTED')).toBeUndefined();
    for (const definition of ['checkout', 'gift-card']) {
      const ended = `backstitch_saga_duration_seconds_count{definition="${definition}",outcome="done"}`;
      expect(series.get(ended)).toBe(1);
    }
  });

  it('are undone for an operator by their own undos, and give the reason in their own words', async () => {
    const one = await withGiftCards();
    const card = await giftCard(one);
    await shop.serve('payment', { response: {} });
    await at(card, 'INVENTORY_RESERVED');
    await shop.vhost.take(order);
    const done = await ask(one, 'POST', `/sagas/${card.sagaId}/compensate`, { body: WHO });
    const words = { code: 'GIFT_CARD_UNDONE', detail: 'No gift card: OPERATOR_COMPENSATED.' };
    expect(done).toMatchObject({ status: 200, body: { saga: { reason: words } } });
    expect(await shop.serve('order', { response: {} })).toBe(COMMANDS.orderCancel);
    expect(await shop.serve('payment', { response: {} })).toBe(COMMANDS.paymentRefund);
    await at(card, 'COMPENSATED');
    const view = await ask(one, 'GET', `/sagas/${card.sagaId}`);
    expect(view.body).toMatchObject({ definition: 'gift-card', reason: words });
  });

  it('cannot be mistaken for each other: a checkout under the id of another saga is refused', async () => {
    const one = await withGiftCards();
    const card = await giftCard(one);
    const before = await rowOf(card);
    const headers = { 'x-saga-id': card.sagaId, 'idempotency-key': newUuid() };
    expect(await post(one, `user ${newUuid()}`, headers)).toMatchObject({
      status: 422,
      body: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
    expect(await rowOf(card)).toEqual(before);
    expect(await shop.query('SELECT FROM idempotency_keys')).toEqual([]);
  });

  it('are listed together for operators', async () => {
    const one = await withGiftCards();
    const [card, cart] = [await giftCard(one), await checkout(one)];
    const { body } = await ask(one, 'GET', '/sagas?state=unfinished');
    expect(body.sagas).toMatchObject([
      { sagaId: card.sagaId, definition: 'gift-card' },
      { sagaId: cart.sagaId, definition: 'checkout' },
    ]);
  });
});

describe('a dead letter of one of two sagas', () => {
  const bytesOf = (card: Begun, step: string, pattern: string, data: object) =>
    Buffer.from(
      JSON.stringify({
        pattern,
        data,
        id: 'dead',
        saga: { sagaId: card.sagaId, step, direction: 'do', attempt: 1 },
      }),
    );

  it('is assessed by the step of its own saga', async () => {
    const one = await withGiftCards();
    const card = await giftCard(one);
    await at(card, 'PAYMENT_PROCESSED');
    const data = { orderId: card.orderId, amount: '25.00' };
    const dead = deadLetterQueueOf(payment);
    await shop.vhost.publish(
      dead,
      bytesOf(card, 'PAYMENT_PROCESSED', COMMANDS.paymentProcess, data),
    );
    const awaited = await deadLetterOf(one, payment, card);
    expect(awaited).toMatchObject({ class: 'replayable', replay: 'legal' });
    // The checkout's step of this name goes to the stock with another pattern.
    const step = bytesOf(card, 'INVENTORY_RESERVED', COMMANDS.orderConfirm, {
      orderId: card.orderId,
    });
    await shop.vhost.publish(deadLetterQueueOf(order), step);
    const later = await deadLetterOf(one, order, card);
    expect(later).toMatchObject({ class: 'obsolete', replay: 'refused' });
    expect(later.why).toContain('does not await it');
  });
});

describe('an orchestrator of a release that does not know one of the sagas', () => {
  it('leaves it alone and shows it; one that knows it ends it', async () => {
    const newer = await withGiftCards();
    const card = await giftCard(newer);
    await newer.kill();
    const older = await started();
    const cart = await checkout(older);
    await haveEnded(cart);
    await waitFor(
      'the saga to be counted',
      async () => {
        const series = await metricsOf(older);
        const labels = '{definition="gift-card",state="unknown_version"}';
        return series.get(`backstitch_sagas_unfinished${labels}`) === 1;
      },
      { timeoutMs: 60_000 },
    );
    expect(await rowOf(card)).toMatchObject({ status: 'RUNNING', epoch: 1 });
    expect(await ask(older, 'GET', `/sagas/${card.sagaId}`)).toMatchObject({
      status: 200,
      body: { definition: 'gift-card', status: 'RUNNING', currentStep: 'PAYMENT_PROCESSED' },
    });
    const refused = await ask(older, 'POST', `/sagas/${card.sagaId}/compensate`, { body: WHO });
    expect(refused).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('does not have the version') },
    });
    await withGiftCards();
    await haveEnded(card);
    expect(await stepsOf(card)).toEqual(GIFT_CARD_STEPS);
  });
});

describe('the retention of two sagas', () => {
  const AGED = `
    SELECT make_saga_logs_partitions(now()::date - 10, now()::date - 7);
    UPDATE saga_state SET updated_at = updated_at - interval '9 days';
    UPDATE saga_logs SET created_at = created_at - interval '9 days';
    UPDATE idempotency_keys SET created_at = created_at - interval '9 days'`;

  it('removes the finished ones of both, but for what a dead letter names', async () => {
    const one = await withGiftCards();
    const [card, kept, cart] = [await giftCard(one), await giftCard(one), await checkout(one)];
    await haveEnded(card, kept, cart);
    const unfinished = await giftCard(one);
    const saga = { sagaId: kept.sagaId, step: 'PAYMENT_PROCESSED', direction: 'undo', attempt: 1 };
    const command = { pattern: COMMANDS.paymentRefund, data: { orderId: kept.orderId }, saga };
    const bytes = Buffer.from(JSON.stringify(command));
    await shop.vhost.publish(deadLetterQueueOf(payment), bytes);
    await deadLetterOf(one, payment, kept);
    await one.kill();
    await shop.query(AGED);
    expect(await retentionRunOn(shop, { sagas: 7, keys: 30 })).toMatchObject({ sagas: 2 });
    expect([await rowOf(card), await rowOf(cart)]).toEqual([undefined, undefined]);
    expect([await rowOf(kept), await rowOf(unfinished)]).toMatchObject([
      { status: 'DONE' },
      { status: 'RUNNING' },
    ]);
  });
});
