import {
  CHECKOUT_BATCH_PATH,
  encodeCheckoutBatch,
  encodeBatchedCheckout,
  BATCHED_CHECKOUTS_MAX,
  BatchedAnswerReader,
  newUuid,
} from '@backstitch/shared-types';
import { type AppProcess, waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Orchestrators } from '../../../testing/orchestrators.js';

let site: Orchestrators;
let one: AppProcess;
beforeAll(async () => {
  site = await Orchestrators.prepare();
  one = await site.ready(await site.start({ CHECKOUT_WAIT_MS: '20000' }));
});
afterAll(() => site.close());

interface Checkout {
  headers: Record<string, string>;
  body: unknown;
}

const items = [{ productId: '660facf7-b9cf-417a-8ee1-27afe2fb2c72', quantity: 2, price: '29.99' }];
const checkout = (headers: Record<string, string> = {}, body: object = {}): Checkout => ({
  headers,
  body: { userId: `user ${newUuid()}`, items, ...body },
});

interface Got {
  status: number;
  type: unknown;
  headers: Record<string, string>;
  body: Record<string, unknown>;
}

function sendBatch(body: string, to = one): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(to.url + CHECKOUT_BATCH_PATH, { method: 'POST', headers, body });
}

/** The answers in the order in which they come, each with whose it is. */
async function* answersTo(
  checkouts: readonly Checkout[],
  from = one,
): AsyncGenerator<[number, Got]> {
  const members = checkouts.map((each) =>
    encodeBatchedCheckout(each.headers, JSON.stringify(each.body)),
  );
  const response = await sendBatch(encodeCheckoutBatch(members), from);
  const reader = new BatchedAnswerReader();
  for await (const piece of response.body!) {
    for (const { n, status, headers, body } of reader.push(Buffer.from(piece))) {
      const type = headers['content-type'];
      yield [n, { status, type, headers, body: JSON.parse(body.toString()) }];
    }
  }
}

async function allAnswersTo(checkouts: readonly Checkout[], from = one): Promise<Got[]> {
  const answers: Got[] = [];
  for await (const [n, answer] of answersTo(checkouts, from)) answers[n] = answer;
  return answers;
}

async function answerAlone({ headers, body }: Checkout): Promise<Got> {
  const response = await fetch(`${one.url}/checkout`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const told = Object.fromEntries(response.headers);
  const type = told['content-type'];
  const read = (await response.json()) as Record<string, unknown>;
  return { status: response.status, type, headers: told, body: read };
}

/** The lines of the log about requests of this id, once there are so many. */
async function linesAbout(requestId: string, count: number) {
  const lines = () =>
    one.log.filter((line) => line.msg === 'request' && line.requestId === requestId);
  await waitFor('the lines of the log', async () => lines().length >= count);
  return lines();
}

describe('checkouts in one batch', () => {
  it('are answered as they end, each by itself', async () => {
    const answers = answersTo([checkout(), checkout({ prefer: 'respond-async' }), checkout()]);
    const [first, quick] = (await answers.next()).value as [number, Got];
    expect([first, quick.status]).toEqual([1, 202]);
    const rest: [number, Got][] = [];
    const reading = (async () => {
      for await (const answer of answers) rest.push(answer);
    })();
    await site.serveUntil('both to be done', async () => rest.length === 2);
    await reading;
    expect(new Map(rest.map(([n, { status }]) => [n, status]))).toEqual(
      new Map([
        [0, 200],
        [2, 200],
      ]),
    );
  });

  it('are refused in the words in which one alone is, and record nothing then', async () => {
    const bad = [
      checkout({}, { items: [] }),
      checkout({}, { colour: 'red' }),
      checkout({ 'x-saga-id': 'seven' }),
      checkout({ 'idempotency-key': '"' }),
      checkout({}, { items: [...items, { ...items[0], price: '1.00' }] }),
      { headers: {}, body: 'text' },
      { headers: {}, body: [] },
    ].map((each) => ({ ...each, headers: { ...each.headers, 'x-request-id': newUuid() } }));
    const sagas = async () => site.query('SELECT count(*)::int AS sagas FROM saga_state');
    const before = await sagas();
    const batched = await allAnswersTo(bad);
    expect(await sagas()).toEqual(before);
    for (const [n, each] of bad.entries()) {
      const { status, type, body } = await answerAlone(each);
      expect(batched[n]).toMatchObject({ status, type, body });
      expect(await linesAbout(each.headers['x-request-id'], 2)).toHaveLength(2);
    }
  });

  it('with one key are one order, and one that repeats it says so', async () => {
    const same = checkout({ 'idempotency-key': newUuid(), prefer: 'respond-async' });
    const [first, second] = await allAnswersTo([same, same]);
    expect(first!.body['orderId']).toBe(second!.body['orderId']);
    const [again, other] = await allAnswersTo([
      same,
      { ...same, body: { ...(same.body as object), items: [{ ...items[0], quantity: 1 }] } },
    ]);
    expect(again).toMatchObject({ status: 202, headers: { 'idempotent-replayed': 'true' } });
    expect(other).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
  });

  it('are each on record as a request of their own, with their ids', async () => {
    const requestIds = [newUuid(), newUuid()];
    const answers = await allAnswersTo(
      requestIds.map((id) => checkout({ prefer: 'respond-async', 'x-request-id': id })),
    );
    const lines = await Promise.all(requestIds.map((id) => linesAbout(id, 1)));
    expect(lines).toEqual(
      answers.map(({ status, headers }) => [
        expect.objectContaining({
          method: 'POST',
          url: '/checkout',
          status,
          sagaId: headers['x-saga-id'],
          orderId: headers['x-order-id'],
        }),
      ]),
    );
  });

  it('are not more than may be under way, although they come in one turn', async () => {
    const small = await site.ready(await site.start({ MAX_SAGAS_IN_FLIGHT: '1' }));
    const prefer = { prefer: 'respond-async' };
    const three = [checkout(prefer), checkout(prefer), checkout(prefer)];
    const answers = await allAnswersTo(three, small);
    expect(answers.map(({ status }) => status)).toEqual([202, 503, 503]);
    expect(answers[2]!.body).toMatchObject({ code: 'NOT_ACCEPTED' });
  });

  it('are let go of with a 202 each when their orchestrator ends, which it does in order', async () => {
    const leaving = await site.ready(await site.start({ CHECKOUT_WAIT_MS: '20000' }));
    const answering = allAnswersTo([checkout(), checkout()], leaving);
    await waitFor('both to be accepted', async () => {
      return leaving.log.filter(({ msg }) => msg === 'checkout accepted').length === 2;
    });
    expect(await leaving.stop()).toBe(0);
    expect((await answering).map(({ status }) => status)).toEqual([202, 202]);
  });

  it.each([
    ['nothing', '[]'],
    ['what is no list', '{}'],
    ['more than are taken', JSON.stringify(Array(BATCHED_CHECKOUTS_MAX + 1).fill(checkout()))],
  ])('must not be %s', async (_what, body) => {
    const response = await sendBatch(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'VALIDATION_FAILED' });
  });
});
