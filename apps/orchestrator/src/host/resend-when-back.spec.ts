import { describe, expect, it, jest } from '@jest/globals';
import { ResendWhenBack } from './resend-when-back.js';

describe('sending again what could not be sent', () => {
  it('happens once, when the broker ends the alarm in which its channel stays open', async () => {
    let unblock!: () => void;
    const accepting = () => new Promise<void>((resolve) => (unblock = resolve));
    let refusal: string | undefined = 'it takes nothing now (low on memory)';
    const resend = jest.fn();
    const again = new ResendWhenBack({ refusal: () => refusal, accepting }, resend);
    for (let failed = 0; failed < 3; failed += 1) again.consider();
    expect(resend).not.toHaveBeenCalled();
    refusal = undefined;
    unblock();
    await Promise.resolve();
    expect(resend).toHaveBeenCalledTimes(1);
  });

  it('is left to the backoff when it is not the broker that takes nothing', () => {
    const accepting = jest.fn<() => Promise<void>>();
    new ResendWhenBack({ refusal: () => undefined, accepting }, () => undefined).consider();
    expect(accepting).not.toHaveBeenCalled();
  });
});
