import { describe, expect, it } from '@jest/globals';
import { type ReadDeadLetter, readDeadLetter } from './dead-letter.reader.js';
import { deadLetterId, queueOfId } from './dead-letter-id.js';

const QUEUE = 'payment_commands';
const FIRST = '2026-11-01T00:00:00.000Z';
const one = (more: object = {}, body = '{}'): ReadDeadLetter =>
  readDeadLetter({
    queue: QUEUE,
    body: Buffer.from(body),
    properties: { messageId: 'm1', headers: { 'dead-at': FIRST }, ...more } as never,
  });

describe('the id of a dead letter', () => {
  it('is the same however often it is delivered, whatever the broker adds to it', () => {
    const id = deadLetterId(one());
    expect(id).toMatch(/^payment_commands\.[0-9a-f]{20}$/);
    const again = one({ headers: { 'dead-at': FIRST, 'x-delivery-count': 3 } });
    expect(deadLetterId(again)).toBe(id);
  });

  it('differs by queue, bytes, message id, correlation id and first death', () => {
    const others = [
      one(),
      one({}, '{} '),
      one({ messageId: 'm2' }),
      one({ messageId: undefined }),
      one({ correlationId: 'c' }),
      one({ headers: { 'dead-at': '2026-11-02T00:00:00.000Z' } }),
      one({ headers: {} }),
      { ...one(), queue: 'order_commands' },
    ];
    expect(new Set(others.map(deadLetterId)).size).toBe(others.length);
  });

  it('is the same when it died again after a replay, with and without an id of its own', () => {
    const later = '2026-11-05T00:00:00.000Z';
    const died = { 'first-dead-at': FIRST, 'dead-at': later };
    const named = one({ headers: { 'dead-at': FIRST, 'dead-message-id': 'own' } });
    const again = one({ messageId: 'm9', headers: { ...died, 'dead-message-id': 'own' } });
    expect(deadLetterId(again)).toBe(deadLetterId(named));
    // A replay gives a message without an id that of its dead letter.
    const nameless = one({ messageId: 'm9', headers: { ...died, 'dead-message-id': 'm1' } });
    expect(deadLetterId(nameless)).toBe(deadLetterId(one()));
    expect(nameless.note.at).toBe(later);
  });

  it('names its queue, and no other text does', () => {
    expect(queueOfId(deadLetterId(one()))).toBe(QUEUE);
    for (const text of ['', QUEUE, `${QUEUE}.xyz`, `${deadLetterId(one())}.2`, '../x']) {
      expect(queueOfId(text)).toBeUndefined();
    }
  });
});
