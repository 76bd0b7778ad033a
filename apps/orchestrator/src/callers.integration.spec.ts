import {
  type Caller,
  callerJson,
  encodeCaller,
  guestCaller,
  openCaller,
  userId,
} from '@backstitch/auth';
import { encodeBatchedCheckout, encodeCheckoutBatch, newUuid } from '@backstitch/shared-types';
import { type AppProcess, waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, ask, Orchestrators } from './testing/orchestrators.js';

const ISSUER = 'https://id.example';
const PRODUCT = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';

let shop: Orchestrators;
let one: AppProcess;
beforeAll(async () => {
  shop = await Orchestrators.prepare();
  one = await shop.ready(
    await shop.start({ REPLY_TIMEOUT_MS: '15000', STEP_DEADLINE_MS: '60000' }),
  );
});
afterAll(() => shop.close());

const aUser = (roles: Caller['roles'] = ['customer'], subject = newUuid()): Caller => ({
  id: userId(ISSUER, subject),
  kind: 'user',
  issuer: ISSUER,
  subject,
  roles,
  scopes: [],
});

const cartOf = (user: string | undefined, quantity = 1) => ({
  ...(user !== undefined && { userId: user }),
  items: [{ productId: PRODUCT, quantity, price: '29.99' }],
});

/** Asks for a checkout as this caller, and does not wait for its end. */
function checkout(
  caller: Caller | undefined,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return ask(one, 'POST', '/checkout', {
    headers: { prefer: 'respond-async', ...asCaller(caller), ...headers },
    body,
  });
}

function asCaller(caller: Caller | undefined): Record<string, string> {
  return caller ? { 'x-backstitch-caller': encodeCaller(caller) } : {};
}

const sagaAs = (caller: Caller | undefined, sagaId: unknown) =>
  ask(one, 'GET', `/sagas/${String(sagaId)}`, { headers: asCaller(caller) });

/** What a caller is answered, without what differs from request to request. */
function bodyOf({ status, headers, body }: Answer): object {
  const { requestId: _requestId, instance: _instance, ...rest } = body;
  const { date: _date, 'x-request-id': _id, ...others } = Object.fromEntries(headers);
  return { status, headers: others, rest };
}

const rowsIn = async (table: string) => (await shop.query(`SELECT FROM ${table}`)).length;
const recorded = async () => [await rowsIn('saga_state'), await rowsIn('idempotency_keys')];

describe('a key', () => {
  // R55
  it('names a checkout of its caller, and none of another caller with the same userId', async () => {
    const ana = aUser();
    const key = { 'idempotency-key': newUuid() };
    const hers = await checkout(ana, cartOf(ana.subject), key);
    const eve = aUser();
    const orders = [
      hers,
      await checkout(eve, cartOf(eve.subject, 2), key),
      await checkout(openCaller(ana.subject), cartOf(ana.subject, 3), key),
      await checkout(openCaller(ana.id), cartOf(ana.id, 4), key),
    ].map(({ body }) => body.orderId);
    expect(orders).toEqual(orders.map(() => expect.any(String) as unknown));
    expect(new Set(orders).size).toBe(4);
    const again = await checkout(ana, cartOf(ana.subject), key);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.body).toMatchObject({ orderId: hers.body.orderId, sagaId: hers.body.sagaId });
  });

  it('that is not sent is replaced by the cart: equal carts are one order for each caller', async () => {
    const ana = aUser();
    const [first, open, again] = [
      await checkout(ana, cartOf(ana.subject)),
      await checkout(openCaller(ana.subject), cartOf(ana.subject)),
      await checkout(ana, cartOf(ana.subject)),
    ];
    expect(open.body.orderId).not.toBe(first.body.orderId);
    expect(again.body.orderId).toBe(first.body.orderId);
  });

  it('is not replaced by the saga id of another caller, which opens nothing', async () => {
    const ana = aUser();
    const headers = { 'x-saga-id': newUuid() };
    await checkout(ana, cartOf(ana.subject), headers);
    const forged = await checkout(openCaller(ana.subject), cartOf(ana.subject), headers);
    expect(forged).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
  });
});

describe('a userId that is not the subject of the caller', () => {
  // R58
  it.each<[string, Caller]>([
    ['a token', aUser()],
    ['a guest token', guestCaller(newUuid())],
  ])('is refused with %s, and nothing is recorded', async (_what, caller) => {
    const before = await recorded();
    const headers = { 'idempotency-key': newUuid() };
    const answer = await checkout(caller, cartOf('somebody else'), headers);
    expect(answer).toMatchObject({ status: 403, body: { code: 'SUBJECT_MISMATCH' } });
    const [batched] = await batch([{ headers, caller, body: cartOf('somebody else') }]);
    expect(batched).toContain('SUBJECT_MISMATCH');
    expect(await recorded()).toEqual(before);
  });
});

/** The bodies of the answers to a batch, as text. */
async function batch(
  members: { headers: Record<string, string>; caller: Caller; body: unknown }[],
): Promise<string[]> {
  const encoded = members.map(({ headers, caller, body }) =>
    encodeBatchedCheckout(headers, JSON.stringify(body), callerJson(caller)),
  );
  const response = await fetch(`${one.url}/checkout/batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: encodeCheckoutBatch(encoded),
  });
  return (await response.text()).split('\n').filter((_, line) => line % 2 === 1);
}

describe('a checkout with a token', () => {
  it('may leave userId out, alone and in a batch, and its order has the caller', async () => {
    const ana = aUser();
    const { body } = await checkout(ana, cartOf(undefined));
    const [text] = await batch([
      { headers: { prefer: 'respond-async' }, caller: ana, body: cartOf(undefined, 7) },
    ]);
    const sagaIds = [body.sagaId, (JSON.parse(text!) as { sagaId: string }).sagaId];
    const stored = await shop.query(
      `SELECT input->>'userId' AS "userId", input->>'caller' AS caller FROM saga_state
        WHERE saga_id = ANY ($1)`,
      [sagaIds],
    );
    const hers = { userId: ana.subject, caller: ana.id };
    expect(stored).toEqual([hers, hers]);
  });

  it('without a userId is refused for an open caller, as before', async () => {
    const answer = await checkout(openCaller(''), cartOf(undefined));
    const errors = [expect.objectContaining({ field: 'userId' })];
    expect(answer).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED', errors } });
  });
});

describe('a saga', () => {
  // R56
  it('is for every other caller what a saga is that does not exist', async () => {
    const ana = aUser();
    const { body } = await checkout(ana, cartOf(ana.subject));
    const others = [
      aUser(),
      aUser(['seller']),
      aUser(['admin']),
      guestCaller(newUuid()),
      openCaller(''),
      openCaller(ana.subject),
    ];
    for (const other of others) {
      const unknown = await sagaAs(other, newUuid());
      expect(unknown).toMatchObject({ status: 404, body: { code: 'SAGA_NOT_FOUND' } });
      expect(bodyOf(await sagaAs(other, body.sagaId))).toEqual(bodyOf(unknown));
    }
    expect(await sagaAs(ana, body.sagaId)).toMatchObject({ status: 200 });
  });

  it('shows a shopper nothing technical, and an operator everything', async () => {
    const ana = aUser();
    const { body } = await checkout(ana, cartOf(ana.subject));
    const shown = Object.keys((await sagaAs(ana, body.sagaId)).body);
    const technical = ['requestId', 'lastError', 'attempt'];
    expect(shown).toEqual(expect.not.arrayContaining(technical));
    expect(shown).toContain('currentStep');
    for (const reader of [aUser(['operator']), aUser(['viewer']), undefined]) {
      const all = Object.keys((await sagaAs(reader, body.sagaId)).body);
      expect(all).toEqual(expect.arrayContaining(technical));
    }
  });

  it('is logged as read by an operator, and not as read by its caller', async () => {
    const [ana, operator] = [aUser(), aUser(['operator'])];
    const { body } = await checkout(ana, cartOf(ana.subject));
    await sagaAs(ana, body.sagaId);
    await sagaAs(operator, body.sagaId);
    const lines = () => one.log.filter(({ msg }) => msg === 'read as operator');
    const ofSaga = () => lines().filter(({ sagaId }) => sagaId === body.sagaId);
    await waitFor('the line of the log', async () => ofSaga().length > 0);
    expect(ofSaga()).toMatchObject([{ caller: operator.id, orderId: body.orderId }]);
  });

  // R57
  it('of an open caller is read by its id for two hours, and not later', async () => {
    const { body } = await checkout(openCaller('bob'), cartOf(`bob`));
    expect(await sagaAs(openCaller(''), body.sagaId)).toMatchObject({ status: 200 });
    await shop.query(
      `UPDATE saga_state SET created_at = now() - interval '2 hours' WHERE saga_id = $1`,
      [body.sagaId],
    );
    const gone = await sagaAs(openCaller(''), body.sagaId);
    expect(bodyOf(gone)).toEqual(bodyOf(await sagaAs(openCaller(''), newUuid())));
    expect(await sagaAs(aUser(['operator']), body.sagaId)).toMatchObject({ status: 200 });
  });

  it('that an earlier release began, without a caller, belongs to its open caller', async () => {
    const { body } = await checkout(undefined, cartOf('carol'));
    await shop.query(`UPDATE saga_state SET input = input - 'caller' WHERE saga_id = $1`, [
      body.sagaId,
    ]);
    expect(await sagaAs(openCaller(''), body.sagaId)).toMatchObject({ status: 200 });
    await shop.query(
      `UPDATE saga_state SET created_at = now() - interval '3 hours' WHERE saga_id = $1`,
      [body.sagaId],
    );
    expect(await sagaAs(aUser(), body.sagaId)).toMatchObject({ status: 404 });
  });
});

describe('a caller that cannot be read', () => {
  it.each(['', 'x', Buffer.from('{"id":"u:1"}').toString('base64url')])(
    'is refused, and nothing is recorded: %j',
    async (header) => {
      const before = await recorded();
      const headers = { 'x-backstitch-caller': header };
      const answers = [
        await checkout(undefined, cartOf('bob'), headers),
        await ask(one, 'GET', `/sagas/${newUuid()}`, { headers }),
        await ask(one, 'GET', `/orders/${newUuid()}`, { headers }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
      expect(await recorded()).toEqual(before);
    },
  );
});
