import { describe, expect, it } from '@jest/globals';
import { type Asked, Ledger } from '../load/ledger.js';
import type { Injected } from '../schedule/schedule.js';
import { unservedBreaches } from './served-periods.js';

const ledger = new Ledger();
const plain = ledger.intent({ kind: 'plain', items: [], keyed: true });
const impatient = ledger.intent({ kind: 'impatient', items: [], keyed: true });

function asked(askedAtMs: number, endedAtMs: number, status: number, code = ''): Asked {
  const one = { requestId: `at-${askedAtMs}`, intent: plain, otherCart: false, askedAtMs };
  if (status === 0) return { ...one, silence: 'ECONNRESET', silentAtMs: endedAtMs };
  return { ...one, answer: { status, code, replayed: false, atMs: endedAtMs } };
}

const away: Injected = {
  fault: 'identity-away',
  startedAtMs: 90,
  endedAtMs: 410,
  what: '',
  inFlight: 1,
  served: [
    { fromMs: 100, untilMs: 200 },
    { fromMs: 300, untilMs: 400 },
  ],
};
const SERVED = [asked(110, 120, 200), asked(310, 320, 402, 'PAYMENT_DECLINED')];
const found = (...more: Asked[]) =>
  unservedBreaches([...SERVED, ...more], [away]).map(({ what }) => what);

describe('a period in which every request must be served', () => {
  it('is kept when each of its requests was', () => {
    expect(found(asked(150, 160, 409, 'CHECKOUT_IN_PROGRESS'))).toEqual([]);
  });

  it.each([
    [401, 'TOKEN_INVALID'],
    [503, 'UNAVAILABLE'],
    [503, 'NOT_ACCEPTED'],
  ])('is broken by an answer of %i %s', (status, code) => {
    expect(found(asked(150, 160, status, code))).toEqual([
      `identity-away: at-150 was not served, although its token was valid: answered ${status} ${code}`,
    ]);
  });

  it('is broken by a request without an answer, unless the shopper hung up', () => {
    expect(found(asked(350, 360, 0))).toHaveLength(1);
    expect(found({ ...asked(350, 360, 0), intent: impatient })).toEqual([]);
  });

  it('says nothing of requests that did not end in it, or began before it', () => {
    expect(found(asked(190, 210, 0), asked(250, 260, 503, 'UNAVAILABLE'))).toEqual([]);
    expect(found(asked(290, 310, 401, 'TOKEN_INVALID'))).toEqual([]);
  });

  it('is no evidence when no request was served in it', () => {
    const [first] = SERVED;
    expect(unservedBreaches([first!], [away])).toEqual([
      { what: 'identity-away: no request was served between 0.3 and 0.4 s' },
    ]);
  });
});
