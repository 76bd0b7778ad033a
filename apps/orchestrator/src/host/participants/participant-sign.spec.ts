import type { ReplyOutcome } from '@backstitch/saga-engine';
import { describe, expect, it } from '@jest/globals';
import { signOf, type ParticipantSign } from './participant-sign.js';

const fault = (code: string): ReplyOutcome => ({ kind: 'fault', code, message: '' });

describe('what a reply says about its participant', () => {
  it.each<[string, ReplyOutcome, ParticipantSign]>([
    ['a success', { kind: 'done', response: {} }, 'serves'],
    ['a business rejection', { kind: 'rejected', code: 'PAYMENT_DECLINED', message: '' }, 'serves'],
    ['a database that is away', fault('DATABASE_UNAVAILABLE'), 'cannot'],
    ['a bank that is away', fault('PROVIDER_UNAVAILABLE'), 'cannot'],
    ['a handler that took too long', fault('HANDLER_DEADLINE'), 'cannot'],
    ['a dependency that is away', fault('UNAVAILABLE'), 'cannot'],
    ['a payment still being settled', fault('PAYMENT_UNSETTLED'), 'unclear'],
    ['a bug that one order meets', fault('INTERNAL'), 'unclear'],
    ['a row of another saga', fault('WRONG_SAGA'), 'unclear'],
  ])('%s', (_name, outcome, sign) => {
    expect(signOf({ direction: 'do', outcome })).toBe(sign);
  });

  it('is not that it cannot serve, when only an undo cannot be done', () => {
    const outcome = fault('PROVIDER_UNAVAILABLE');
    expect(signOf({ direction: 'undo', outcome })).toBe('unclear');
    expect(signOf({ direction: 'undo', outcome: { kind: 'done', response: {} } })).toBe('serves');
  });
});
