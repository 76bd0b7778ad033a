import { describe, expect, it } from '@jest/globals';
import type { MessageProperties } from 'amqplib';
import {
  carriedProperties,
  deadLetterHeaders,
  deadLetterNote,
  propertiesBeforeDeath,
  RETRIES_HEADER,
} from './message-headers.js';

const properties = (some: Partial<MessageProperties>) => some as MessageProperties;

describe('the properties of a message that is published again', () => {
  it('keep what the reader needs', () => {
    const kept = {
      contentType: 'application/json',
      correlationId: 'c',
      replyTo: 'q',
      timestamp: 5,
      headers: { mine: 1, [RETRIES_HEADER]: 2 },
    };
    expect(carriedProperties(properties(kept))).toEqual(kept);
  });

  it('omit what the broker would act on or refuse', () => {
    const headers = { CC: ['other_queue'], BCC: ['x'], 'x-death': [], mine: 1 };
    const carried = carriedProperties(
      properties({
        headers,
        userId: 'another user',
        expiration: '5',
        replyTo: 'amq.rabbitmq.reply-to',
      }),
    );
    expect(carried).toEqual({ headers: { mine: 1 } });
  });

  it('omit texts that can be read but not written', () => {
    // The text of 100 bytes that are not UTF-8.
    const misread = '\uFFFD'.repeat(100);
    const names = ['contentType', 'contentEncoding', 'correlationId', 'replyTo', 'type', 'appId'];
    const headers = { [misread]: 1, nested: { [misread]: 1 }, mine: misread };
    const came = { ...Object.fromEntries(names.map((name) => [name, misread])), headers };
    expect(carriedProperties(properties(came))).toEqual({
      headers: { mine: misread, 'headers-dropped': true },
    });
    const dead = { headers: { 'dead-message-id': misread } };
    expect(propertiesBeforeDeath(properties(dead))).toEqual({ headers: {} });
  });

  it('omit headers that do not fit into a frame, but keep the number of retries', () => {
    const headers = { huge: 'x'.repeat(40_000), [RETRIES_HEADER]: 3 };
    expect(carriedProperties(properties({ headers })).headers).toEqual({
      'headers-dropped': true,
      [RETRIES_HEADER]: 3,
    });
  });
});

describe('the headers of a dead letter', () => {
  it('contain the reason, the queue and the saga', () => {
    const saga = { sagaId: 's', step: 'ORDER_CREATED', direction: 'do' as const, attempt: 2 };
    const why = {
      reason: 'INVALID_DATA',
      message: 'm'.repeat(900),
      queue: 'q',
      pattern: 'p',
      saga,
    };
    expect(deadLetterHeaders(why)).toEqual({
      'dead-reason': 'INVALID_DATA',
      'dead-detail': 'm'.repeat(500),
      'dead-queue': 'q',
      'dead-pattern': 'p',
      'dead-saga-id': 's',
      'dead-step': 'ORDER_CREATED',
      'dead-direction': 'do',
      'dead-attempt': 2,
      'dead-at': expect.stringMatching(/^\d{4}-/),
    });
  });
});

describe('the properties of a replayed dead letter', () => {
  const [first, second] = ['2026-09-01T00:00:00.000Z', '2026-10-01T00:00:00.000Z'];

  it('are the original ones and the time of its first death, after any number of replays', () => {
    const once = propertiesBeforeDeath(
      properties({ headers: { mine: 1, 'dead-at': first, 'dead-reason': 'X' } }),
    );
    expect(once.headers).toEqual({ mine: 1, 'first-dead-at': first });
    const again = carriedProperties(properties({ headers: once.headers })).headers;
    const died = properties({ headers: { ...again, 'dead-at': second } });
    expect(deadLetterNote(died)).toMatchObject({ at: second, firstAt: first });
    expect(propertiesBeforeDeath(died).headers).toEqual(once.headers);
  });

  it('contain the time of its first death even with headers that do not fit', () => {
    const headers = { huge: 'x'.repeat(40_000), 'dead-at': first };
    expect(propertiesBeforeDeath(properties({ headers })).headers).toEqual({
      'headers-dropped': true,
      'first-dead-at': first,
    });
    const replayed = { huge: 'x'.repeat(40_000), 'first-dead-at': first };
    expect(carriedProperties(properties({ headers: replayed })).headers).toEqual({
      'headers-dropped': true,
      'first-dead-at': first,
    });
  });

  it('contain no first death when none is known', () => {
    expect(propertiesBeforeDeath(properties({ headers: { mine: 1 } })).headers).toEqual({
      mine: 1,
    });
    expect(deadLetterNote(properties({ headers: { 'dead-at': first } })).firstAt).toBe(first);
  });
});
