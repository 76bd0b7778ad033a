import { describe, expect, it } from '@jest/globals';
import type { MessageProperties } from 'amqplib';
import { unpack } from './unpack.js';

/** What 100 bytes that are no UTF-8 are read as. */
const MISREAD = '\uFFFD'.repeat(100);

describe('what comes out of a message', () => {
  const unpacked = (body: string, properties: Partial<MessageProperties>) =>
    unpack({ body: Buffer.from(body), properties: properties as MessageProperties, isOurs: true });

  it('has no address for its answer that could not be written', () => {
    for (const body of ['{"pattern":"a","id":"1"}', '[{"pattern":"a","id":"1"}]']) {
      const [parcel] = unpacked(body, { replyTo: MISREAD, correlationId: MISREAD, type: 't' });
      expect(parcel.properties.replyTo).toBeUndefined();
      expect(parcel.properties.correlationId).not.toBe(MISREAD);
      expect(parcel.properties.type).toBe('t');
    }
    const [answerable] = unpacked('{}', { replyTo: 'asker', correlationId: MISREAD });
    expect(answerable.properties).toEqual({ replyTo: 'asker', correlationId: undefined });
  });

  it('is answered when it can be known by its id, also when nothing else of it can be read', () => {
    const body = '[{"id":"1"},{"id":2},{"id":null},{},7]';
    const parcels = unpacked(body, { replyTo: 'asker' });
    expect(parcels.map(({ properties }) => properties.replyTo as unknown)).toEqual([
      'asker',
      'asker',
      undefined,
      undefined,
      undefined,
    ]);
  });
});
