import type { DeadLetter } from '@backstitch/messaging';
import { describe, expect, it } from '@jest/globals';
import { propertiesOf, storedProperties } from './stored-properties.js';

const properties = (some: object) => some as DeadLetter['properties'];
const roundTrip = (some: object): unknown =>
  propertiesOf(JSON.parse(storedProperties(properties(some))));

describe('stored properties', () => {
  it('are what they were, with bytes, NUL characters and half characters in the headers', () => {
    const headers = {
      text: 'a\0b \ud800',
      bytes: Buffer.from([0, 255]),
      table: { deep: [{ bytes: Buffer.from('x') }, null, true, 1.5] },
      __proto__: { polluted: true },
    };
    const some = { messageId: 'm', correlationId: 'c', timestamp: 5, deliveryMode: 2, headers };
    expect(roundTrip(some)).toEqual(some);
  });

  it('are plain ASCII where a database could refuse more', () => {
    const stored = storedProperties(properties({ headers: { text: '\0\ud800' } }));
    expect(stored).toBe('{"headers":{"text":"\\u0000\\ud800"}}');
  });

  it('omit what is nested deeper than a database reads', () => {
    let deep: object = {};
    for (let i = 0; i < 5_000; i++) deep = { deep };
    const stored = storedProperties(properties({ headers: { mine: 1, deep } }));
    expect(stored.length).toBeLessThan(1_000);
    expect(JSON.parse(stored)).toMatchObject({ headers: { mine: 1 } });
  });

  it('write a number that JSON does not know as text', () => {
    expect(roundTrip({ headers: { big: 2n ** 63n } })).toEqual({
      headers: { big: '9223372036854775808' },
    });
  });
});
