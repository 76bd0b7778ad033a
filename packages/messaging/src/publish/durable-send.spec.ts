import { describe, expect, it } from '@jest/globals';
import { Deadlines } from '../consume/deadlines.js';
import { type DurableSend, sendDurably } from './durable-send.js';
import { BrokerUnavailable, ConfirmLost, RouteFull } from '../connection/errors.js';
import type { PublishResult } from './publisher.js';

/** Sends a message that fails three times; returns the number of attempts and the result. */
async function sending(failure: Error, more: Partial<DurableSend> = {}) {
  let tries = 0;
  const publish = async (): Promise<PublishResult> => {
    tries += 1;
    if (tries <= 3) throw failure;
    return 'accepted';
  };
  const sent = await sendDurably({ publish, isOurs: () => true, ...more });
  return [tries, sent];
}

describe('a durable send', () => {
  it.each([
    [new ConfirmLost('refused'), [2, 'not-accepted']],
    [new RouteFull(9), [2, 'not-accepted']],
    [new BrokerUnavailable('restarting'), [4, 'accepted']],
  ])('after %s ends at its limit of refusals, if it has one', async (failure, withLimits) => {
    const limits = { refusalsMax: 2, silence: new Deadlines(60_000) };
    expect(await sending(failure, { limits })).toEqual(withLimits);
    expect(await sending(failure)).toEqual([4, 'accepted']);
  });

  it('does not wait for a confirm longer than its limit', async () => {
    const publish = () => new Promise<PublishResult>(() => undefined);
    const limits = { refusalsMax: 2, silence: new Deadlines(10) };
    expect(await sendDurably({ publish, isOurs: () => true, limits })).toBe('not-accepted');
  });

  it('ends when the channel of its delivery was closed', async () => {
    const gone = { isOurs: () => false };
    expect(await sending(new BrokerUnavailable('restarting'), gone)).toEqual([1, 'abandoned']);
  });
});
