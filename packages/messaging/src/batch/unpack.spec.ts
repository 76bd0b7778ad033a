import { describe, expect, it } from '@jest/globals';
import type { MessageProperties } from 'amqplib';
import { unpack } from './unpack.js';

/** The text of 100 bytes that are not UTF-8. */
const MISREAD = '\uFFFD'.repeat(100);

describe('a command of a message', () => {
  const unpacked = (body: string, properties: Partial<MessageProperties>) =>
    unpack({ body: Buffer.from(body), properties: properties as MessageProperties, isOurs: true });

  it('has no reply address that cannot be written', () => {
    for (const body of ['{"pattern":"a","id":"1"}', '[{"pattern":"a","id":"1"}]']) {
      const [inbound] = unpacked(body, { replyTo: MISREAD, correlationId: MISREAD, type: 't' });
      expect(inbound.properties.replyTo).toBeUndefined();
      expect(inbound.properties.correlationId).not.toBe(MISREAD);
      expect(inbound.properties.type).toBe('t');
    }
    const [answerable] = unpacked('{}', { replyTo: 'asker', correlationId: MISREAD });
    expect(answerable.properties).toEqual({ replyTo: 'asker', correlationId: undefined });
  });

  it('is answered if its id is readable, even if nothing else is', () => {
    const body = '[{"id":"1"},{"id":2},{"id":null},{},7,{"pattern":"a"}]';
    const inboundCommands = unpacked(body, { replyTo: 'asker' });
    expect(inboundCommands.map(({ properties }) => properties.replyTo as unknown)).toEqual([
      'asker',
      'asker',
      undefined,
      undefined,
      undefined,
      'asker',
    ]);
  });

  it('is one unreadable message when no element of an array is a packet', () => {
    const junk = `[${Array.from({ length: 1_024 }, () => 1).join()}]`;
    for (const body of ['[]', '[1]', junk, '[{"id":"1"},[{"pattern":"a"}],nonsense]']) {
      const inboundCommands = unpacked(body, { replyTo: 'asker', correlationId: 'c' });
      expect(inboundCommands).toHaveLength(1);
      const [{ read, isBatched, properties, ...whole }] = inboundCommands;
      expect([String(whole.body), isBatched]).toEqual([body, false]);
      expect(read).toHaveProperty('unreadable');
      expect(properties).toMatchObject({ replyTo: 'asker', correlationId: 'c' });
    }
    expect(unpacked('[1,{"pattern":"a"}]', {}).map(({ isBatched }) => isBatched)).toEqual([
      true,
      true,
    ]);
  });
});
