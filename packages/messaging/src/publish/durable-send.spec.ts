import { describe, expect, it } from '@jest/globals';
import { Deadlines } from '../consume/deadlines.js';
import { type DurableSend, sendDurably } from './durable-send.js';
import { BrokerAway, ConfirmLost, RouteFull } from '../connection/errors.js';
import type { PublishResult } from './publisher.js';

/** Sends what fails three times, unless it is given up before; says how often, and what came of it. */
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
    [new ConfirmLost('refused'), [2, 'untaken']],
    [new RouteFull(9), [2, 'untaken']],
    [new BrokerAway('restarting'), [4, 'accepted']],
  ])('after %s ends when its patience does, if it has an end', async (failure, patiently) => {
    const patience = { tries: 2, silence: new Deadlines(60_000) };
    expect(await sending(failure, { patience })).toEqual(patiently);
    expect(await sending(failure)).toEqual([4, 'accepted']);
  });

  it('does not wait for an answer longer than its patience lasts', async () => {
    const publish = () => new Promise<PublishResult>(() => undefined);
    const patience = { tries: 2, silence: new Deadlines(10) };
    expect(await sendDurably({ publish, isOurs: () => true, patience })).toBe('untaken');
  });

  it('ends with the delivery that it is for', async () => {
    const gone = { isOurs: () => false };
    expect(await sending(new BrokerAway('restarting'), gone)).toEqual([1, 'given-up']);
  });
});
