import { COMMAND_QUEUES, cursorOf, newUuid } from '@backstitch/shared-types';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { ask, post } from '../../testing/orchestrators.js';
import { dying, listed, recordsOf, UNHURRIED } from '../../testing/dead-letters.js';
import { DeadLetterActions, WHO } from '../../testing/dead-letter-actions.js';

const { payment, order } = COMMAND_QUEUES;
/** The cursor of another list. */
const FOREIGN = cursorOf('products', ['Mouse', newUuid()]);

const actions = await DeadLetterActions.start();
const { shop, one } = actions;
const { act, listWhile, actWhile, oneShot, deadLetter, open } = actions;
afterAll(actions.close);
afterEach(actions.clear);

describe('a dead letter of a saga', () => {
  it('that awaits it is replayed, byte for byte, and answers the saga', async () => {
    const sagaId = newUuid();
    const answering = post(one, `user ${sagaId}`, { 'x-saga-id': sagaId });
    await shop.serve('order', { response: {} });
    await shop.serve('inventory', { response: {} });
    const { content, properties } = await shop.vhost.take(payment);
    const { replyTo, correlationId } = properties as unknown as Record<string, string>;
    const why = dying('UNKNOWN_PATTERN');
    await deadLetter(content, why, { replyTo, correlationId });
    const [first] = await listWhile(undefined);
    expect(first).toMatchObject({
      class: 'replayable',
      replay: 'legal',
      sagaId,
      pattern: 'payment.process',
      step: 'PAYMENT_PROCESSED',
      direction: 'do',
      attempt: 1,
      reason: 'UNKNOWN_PATTERN',
    });
    const done = await act('replay', first!.id);
    expect(done).toMatchObject({ status: 200, body: { outcome: 'done' } });
    expect(await open()).toBe(0);
    const again = await shop.vhost.take(payment);
    expect(again.content).toEqual(content);
    expect(again.properties).toMatchObject({ replyTo, correlationId });
    expect(again.properties.headers).toEqual({ 'first-dead-at': expect.any(String) });
    await shop.vhost.publish(payment, again.content, { replyTo, correlationId });
    for (const queue of ['payment', 'inventory', 'order'] as const) {
      await shop.serve(queue, { response: {} });
    }
    expect(await answering).toMatchObject({ status: 200 });
    expect(await recordsOf(shop, first!.id)).toMatchObject([
      {
        action: 'replay',
        ...WHO,
        seen: 'replayable',
        outcome: 'done',
        subject_kind: 'dead-letter',
      },
    ]);

    await deadLetter(content, why, { replyTo, correlationId });
    const [late] = await listWhile(undefined);
    expect(late).toMatchObject({ class: 'obsolete', why: expect.stringMatching(/finished/) });
    const refused = await act('replay', late!.id);
    expect(refused).toMatchObject({
      status: 409,
      body: { code: 'ACTION_REFUSED', class: 'obsolete', detail: late!.why },
    });
    expect(await act('discard', late!.id)).toMatchObject({ status: 200 });
    expect(await recordsOf(shop, late!.id)).toMatchObject([
      { action: 'replay', outcome: 'refused', detail: { why: late!.why } },
      { action: 'discard', outcome: 'done', detail: { body: content.toString(), sagaId } },
    ]);
    expect(await shop.vhost.queue(payment)).toMatchObject({ messages: 0 });
  });
});

describe('a one-shot command whose reply was not awaited', () => {
  it('of money to give back is never discarded, and is replayed unless it was sold', async () => {
    await deadLetter(oneShot('payment.refund'), dying('PROVIDER_UNAVAILABLE'));
    const [first] = await listWhile('CANCELLED');
    expect(first).toMatchObject({ class: 'replayable', replay: 'legal', discard: 'refused' });
    expect(await actWhile('CANCELLED', 'discard', first!.id)).toMatchObject({
      status: 409,
      body: { detail: expect.stringMatching(/replay it/) },
    });
    expect(await actWhile('CONFIRMED', 'replay', first!.id)).toMatchObject({
      status: 409,
      body: { class: 'obsolete', detail: expect.stringMatching(/confirmed/) },
    });
    expect(await open()).toBe(1);
    expect(await actWhile('CANCELLED', 'replay', first!.id)).toMatchObject({ status: 200 });
    expect(JSON.parse(String((await shop.vhost.take(payment)).content))).toMatchObject({
      pattern: 'payment.refund',
    });
    const outcomes = (await recordsOf(shop, first!.id)).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(['refused', 'refused', 'done']);
  });

  it('that its participant fails on is poison, until the operator says that it was repaired', async () => {
    await deadLetter(oneShot('payment.process', { amount: '1.00' }), dying('INTERNAL'));
    const [first] = await listWhile('PENDING');
    expect(first).toMatchObject({ class: 'poison', replay: 'once repaired', discard: 'legal' });
    expect(await actWhile('PENDING', 'replay', first!.id)).toMatchObject({
      status: 409,
      body: { class: 'poison', detail: expect.stringMatching(/Say that it was repaired/) },
    });
    const repaired = { ...WHO, repaired: true };
    expect(await actWhile('NONE', 'replay', first!.id, repaired)).toMatchObject({ status: 409 });
    expect(await actWhile('PENDING', 'replay', first!.id, repaired)).toMatchObject({
      status: 200,
    });
    expect(await shop.vhost.take(payment)).toBeDefined();
  });

  it('may neither be replayed nor discarded while the order service does not answer', async () => {
    await deadLetter(oneShot('payment.process', { amount: '1.00' }));
    const hasty = await shop.ready(await shop.start({ ...UNHURRIED, QUESTION_TIMEOUT_MS: '300' }));
    const [first] = await listed(hasty);
    expect(first).toMatchObject({ class: 'unclear', replay: 'refused', discard: 'refused' });
  });
});

describe('a dead letter that is no command', () => {
  it.each([
    ['unknown shape', Buffer.from([0xff, 0x7b]), 'NOT_JSON'],
    ['unknown shape', Buffer.from('{"pattern":"payment.fold","data":{}}'), 'UNKNOWN_PATTERN'],
    ['poison', Buffer.from('{"pattern":"payment.refund","data":{"orderId":7}}'), 'INVALID_DATA'],
  ])(
    'is %s: shown whole, never replayed, and kept on record',
    async (letterClass, body, reason) => {
      await deadLetter(body, dying(reason));
      const [first] = await listWhile(undefined);
      expect(first).toMatchObject({ class: letterClass, reason, replay: 'refused' });
      const { body: whole } = await ask(one, 'GET', `/dead-letters/${first!.id}`);
      expect(Buffer.from(whole.body as string, whole.encoding as BufferEncoding)).toEqual(body);
      expect(await act('replay', first!.id, { ...WHO, repaired: true })).toMatchObject({
        status: 409,
      });
      expect(await act('discard', first!.id)).toMatchObject({ status: 200 });
      expect(await open()).toBe(0);
      const [, discarded] = await recordsOf(shop, first!.id);
      const { body: kept, encoding } = discarded!.detail as { body: string; encoding: 'utf8' };
      expect(Buffer.from(kept, encoding)).toEqual(body);
    },
  );
});

describe('an action', () => {
  const unreadable = () => deadLetter('not JSON', dying('NOT_JSON'));

  it('decides on exactly the dead letter that it names', async () => {
    for (let i = 0; i < 3; i++) await unreadable();
    const before = await listed(one);
    await act('discard', before[1]!.id);
    expect((await listed(one)).map(({ id }) => id)).toEqual([before[0]!.id, before[2]!.id]);
  });

  it('twice at once is done once', async () => {
    await unreadable();
    const [first] = await listed(one);
    const both = await Promise.all([act('discard', first!.id), act('discard', first!.id)]);
    expect(new Set(both.map(({ status }) => status))).toEqual(new Set([200, 404]));
  });

  it.each([
    [{ operator: 'olga' }, 'reason'],
    [{ reason: '', operator: 'olga' }, 'reason'],
    [{ reason: ' ', operator: 'olga' }, 'reason'],
    [{ reason: 'x'.repeat(501), operator: 'olga' }, 'reason'],
    [{ reason: 'a\u0000b', operator: 'olga' }, 'reason'],
    [{ reason: 'x' }, 'operator'],
    [{ ...WHO, repaired: 'yes' }, 'repaired'],
    [{ ...WHO, force: true }, 'force'],
  ])('with the body %j is 400, naming %s', async (body, field) => {
    await unreadable();
    const [first] = await listed(one);
    expect(await act('replay', first!.id, body)).toMatchObject({
      status: 400,
      body: { errors: expect.arrayContaining([expect.objectContaining({ field })]) },
    });
    expect(await recordsOf(shop, first!.id)).toEqual([]);
  });

  it.each([
    'payment_commands.00000000000000000000',
    'nothing',
    'x_commands.00000000000000000000',
    'a%00b',
  ])('on %s, which is not there, is 404 and on record', async (id) => {
    expect(await act('discard', id)).toMatchObject({
      status: 404,
      body: { code: 'DEAD_LETTER_NOT_FOUND' },
    });
    const recorded = await recordsOf(shop, id.replace('%00', ''));
    expect(recorded).toMatchObject([{ outcome: 'refused', seen: null }]);
    expect(await ask(one, 'GET', `/dead-letters/${id}`)).toMatchObject({ status: 404 });
  });

  it.each(['queue=none', 'limit=0', 'limit=101', 'limit=x', 'after=x', `after=${FOREIGN}`])(
    'asked with ?%s is 400',
    async (q) => {
      expect(await ask(one, 'GET', `/dead-letters?${q}`)).toMatchObject({ status: 400 });
    },
  );

  it('lists no more than it is asked for, and says how many there are', async () => {
    for (let i = 0; i < 3; i++) await unreadable();
    const { body } = await ask(one, 'GET', '/dead-letters?limit=2');
    expect(body.deadLetters).toHaveLength(2);
    expect(body.more).toMatchObject({ [payment]: 1, [order]: 0 });
  });
});
