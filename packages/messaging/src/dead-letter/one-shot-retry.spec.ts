import { describe, expect, it } from '@jest/globals';
import { RETRIES_HEADER } from './message-headers.js';
import { retryDecision } from './one-shot-retry.js';

describe('the retries of a command without a reply queue', () => {
  it.each([
    [undefined, { retry: 1, afterMs: 100 }],
    [{}, { retry: 1, afterMs: 100 }],
    [{ [RETRIES_HEADER]: 1 }, { retry: 2, afterMs: 400 }],
    [{ [RETRIES_HEADER]: 2 }, { retry: 3, afterMs: 1_600 }],
    [{ [RETRIES_HEADER]: 3 }, 'exhausted'],
    [{ [RETRIES_HEADER]: 99 }, 'exhausted'],
    [{ [RETRIES_HEADER]: 'many' }, { retry: 1, afterMs: 100 }],
    [{ [RETRIES_HEADER]: -5 }, { retry: 1, afterMs: 100 }],
  ])('after the headers %j are %j', (headers, decision) => {
    expect(retryDecision(headers)).toEqual(decision);
  });
});
