import { metricsRegistry } from '@backstitch/service-kit';
import { Fault } from '@backstitch/shared-types';
import { describe, expect, it } from '@jest/globals';
import type { CancelOutcome, ChargeOutcome } from './provider.js';
import { TimedProvider } from './timed-provider.js';

const request = { key: 'k', amountMinor: 100, currency: 'USD' };

/** A bank that does as it is told, once each. */
const calls = async (charges: (ChargeOutcome | Error)[], cancels: (CancelOutcome | Error)[]) => {
  const give = async <Answer>(answer: Answer | Error): Promise<Answer> => {
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const provider = new TimedProvider({
    charge: () => give(charges.shift()!),
    cancel: () => give(cancels.shift()!),
  });
  const made = [];
  while (charges.length > 0) made.push(provider.charge(request));
  while (cancels.length > 0) made.push(provider.cancel('k'));
  return Promise.allSettled(made);
};

describe('the calls of the bank', () => {
  it('are passed on as they are, and counted and timed by what they came to', async () => {
    const unavailable = new Fault('PROVIDER_UNAVAILABLE', 'away', true);
    const settled = await calls(
      [
        { kind: 'approved' },
        { kind: 'declined', reason: 'no' },
        unavailable,
        new Fault('AMOUNT_MISMATCH', 'other', false),
        new TypeError('a bug'),
      ],
      ['refunded', 'refunded', unavailable],
    );
    expect(settled[0]).toEqual({ status: 'fulfilled', value: { kind: 'approved' } });
    expect(settled[2]).toEqual({ status: 'rejected', reason: unavailable });
    const told = (await metricsRegistry.metrics())
      .split('\n')
      .filter((line) => line.startsWith('backstitch_bank_call_duration_seconds_count'))
      .map((line) => line.replace('backstitch_bank_call_duration_seconds_count', ''));
    expect(told).toEqual([
      '{operation="charge",outcome="approved"} 1',
      '{operation="charge",outcome="declined"} 1',
      '{operation="charge",outcome="unavailable"} 1',
      '{operation="charge",outcome="amount_mismatch"} 1',
      '{operation="charge",outcome="error"} 1',
      '{operation="cancel",outcome="refunded"} 2',
      '{operation="cancel",outcome="unavailable"} 1',
    ]);
  });
});
