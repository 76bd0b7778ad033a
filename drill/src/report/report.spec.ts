import { describe, expect, it } from '@jest/globals';
import type { Fault } from '../faults/fault.js';
import { Ledger } from '../load/ledger.js';
import { markdown } from './markdown.js';
import type { Report } from './report-data.js';
import { clientCounts, faultSummaries, sagaCounts } from './summary.js';

const fault = (name: string): Fault => ({
  name,
  title: `the ${name}`,
  inject: async () => ({ what: '', inFlight: 0 }),
});

function report(changes: Partial<Report> = {}): Report {
  return {
    seed: 7,
    command: 'pnpm drill --seed 7',
    startedAt: 'then',
    seconds: 61.4,
    circumstances: {
      commit: 'c0ffee',
      node: 'v20',
      postgres: '15',
      rabbitmq: '3.10',
      machine: 'a machine',
      system: '2 × orchestrator',
    },
    clients: clientCounts([], 3),
    accounts: { users: 24, machines: 4, guests: 80, renewed: 30, notRenewed: 2 },
    sagas: sagaCounts([]),
    faults: [],
    notInjected: [],
    reconciled: { judged: 5, breaches: 0 },
    logErrors: {},
    deadLetters: {},
    breaches: [],
    ...changes,
  };
}

describe('clientCounts', () => {
  it('counts every request once, by what its client may rely on', () => {
    const ledger = new Ledger();
    const intent = ledger.intent({ kind: 'plain', items: [], keyed: true });
    const told = (status: number, code = '', replayed = false) => {
      ledger.enter(intent).answer = { status, code, replayed, atMs: ledger.nowMs() + 40 };
    };
    told(200);
    told(200, '', true);
    told(402, 'PAYMENT_DECLINED');
    told(409, 'CHECKOUT_IN_PROGRESS');
    told(202);
    told(503, 'NOT_ACCEPTED');
    told(429, 'RATE_LIMITED');
    told(503, 'OUTCOME_UNKNOWN');
    ledger.enter(intent).silence = 'ECONNRESET';
    expect(clientCounts(ledger.asked, 1)).toMatchObject({
      intents: 1,
      requests: 9,
      yes: 2,
      replayed: 1,
      no: 1,
      goingOn: 2,
      refused: 2,
      unknown: 2,
      askedAgain: 1,
    });
  });
});

describe('faultSummaries', () => {
  const injected = { startedAtMs: 0, endedAtMs: 900, what: 'struck', inFlight: 3 };

  it('adds up the evidence, and tells the slowest recovery', () => {
    const injections = [
      { ...injected, fault: 'flood', recoveredAfterMs: 400, unservedMs: 80 },
      { ...injected, fault: 'flood', recoveredAfterMs: 700, unservedMs: 9 },
    ];
    const [flood, ...others] = faultSummaries([fault('fire'), fault('flood')], injections);
    expect(others).toEqual([]);
    expect(flood).toMatchObject({
      name: 'flood',
      times: 2,
      inFlight: 6,
      recoveredAfterMs: 700,
      unservedMs: 80,
    });
  });

  it('does not call recovered what once was not', () => {
    const injections = [
      { ...injected, fault: 'flood', recoveredAfterMs: 400 },
      { ...injected, fault: 'flood' },
    ];
    expect(faultSummaries([fault('flood')], injections)[0]?.recoveredAfterMs).toBeNull();
  });
});

describe('markdown', () => {
  it('says that nothing was lost only when there is no breach', () => {
    expect(markdown(report())).toContain('# Drill, seed 7: nothing was lost');
    const text = markdown(report({ breaches: [['charged 2 times', '    saga s']] }));
    expect(text).toContain('# Drill, seed 7: 1 breach\n');
    expect(text).toContain('charged 2 times\n    saga s\n');
    expect(text).not.toContain('nothing was lost');
  });

  /** What is told of a flood that hit so much each time. */
  const flooded = (...inFlight: number[]) => {
    const one = { fault: 'flood', startedAtMs: 0, endedAtMs: 1, what: '', recoveredAfterMs: 9 };
    const injected = inFlight.map((hit) => ({ ...one, inFlight: hit }));
    return faultSummaries([fault('flood')], injected);
  };

  it('says how often a fault hit nothing, though it hit something another time', () => {
    const faults = flooded(3, 0);
    expect(markdown(report({ faults }))).toMatch(/\| flood +\| 2 +\| 3 \(1 of 2 hit nothing\)/);
  });

  it('says where a fault has no evidence, and which had no turn', () => {
    const text = markdown(report({ faults: flooded(0), notInjected: ['fire'] }));
    expect(text).toMatch(/\| flood +\| 1 +\| 0 \(no evidence\)/);
    expect(text).toContain('Not injected, because the time was over: fire.');
  });
});
