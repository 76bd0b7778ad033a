import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  encodeCheckoutBatch,
  encodeBatchedAnswer,
  encodeBatchedCheckout,
  BATCHED_CHECKOUTS_MAX,
  BatchedAnswerReader,
  readCheckoutBatch,
} from './checkout-batch.js';

const headers = fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true });

describe('a batch of checkouts', () => {
  it('contains the headers and the body of each checkout', () => {
    const checkout = fc.record({ headers, body: fc.jsonValue() });
    const checkouts = fc.array(checkout, { minLength: 1, maxLength: BATCHED_CHECKOUTS_MAX });
    fc.assert(
      fc.property(checkouts, (members) => {
        const encoded = members.map((one) =>
          encodeBatchedCheckout(one.headers, JSON.stringify(one.body)),
        );
        const read = readCheckoutBatch(JSON.parse(encodeCheckoutBatch(encoded)));
        expect(read).toEqual(JSON.parse(JSON.stringify(members)));
      }),
    );
  });

  const one = { headers: {}, body: {} };
  it.each([
    ['an object', one],
    ['an empty list', []],
    ['too long a list', Array.from({ length: BATCHED_CHECKOUTS_MAX + 1 }, () => one)],
    ['a list with something else in it', [one, 7]],
    ['a checkout without headers', [{ body: {} }]],
    ['a checkout without a body', [{ headers: {} }]],
    ['a header that is no text', [{ headers: { 'x-saga-id': 7 }, body: {} }]],
  ])('cannot be %s', (_what, value) => expect(readCheckoutBatch(value)).toBeUndefined());
});

describe('the answers of a batch', () => {
  const answer = fc.record({
    n: fc.nat(),
    status: fc.integer({ min: 200, max: 599 }),
    headers,
    body: fc.json(),
  });

  it('are the same for any chunks of the stream', () => {
    fc.assert(
      fc.property(fc.array(answer), fc.array(fc.nat()), (answers, cuts) => {
        const text = answers.map((each) =>
          encodeBatchedAnswer(each.n, each.status, each.headers, each.body),
        );
        const bytes = Buffer.from(text.join(''));
        const reader = new BatchedAnswerReader();
        const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length];
        let from = 0;
        const read = ends
          .sort((a, b) => a - b)
          .flatMap((end) => [...reader.push(bytes.subarray(from, (from = end)))]);
        expect(read.map((each) => ({ ...each, body: each.body.toString() }))).toEqual(answers);
      }),
    );
  });

  it.each(['not json\n{}\n', '{"n":0,"status":200}\n{}\n', '[]\n{}\n'])(
    'are refused when they are none: %j',
    (text) => expect(() => [...new BatchedAnswerReader().push(Buffer.from(text))]).toThrow(),
  );
});
