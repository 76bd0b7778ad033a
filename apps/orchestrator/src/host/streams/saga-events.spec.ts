import type { SagaView } from '@backstitch/shared-types';
import { describe, expect, it } from '@jest/globals';
import { isCursor, sagaEvents } from './saga-events.js';

const at = (n: number) => `2026-01-01T00:00:00.00000${n}Z`;
const lastError = { code: 'PROVIDER_UNAVAILABLE', message: 'bank-7' };
const view = {
  sagaId: 's',
  status: 'RUNNING',
  currentStep: 'PAYMENT_PROCESSED',
  attempt: 2,
  lastError,
  owner: 'instance-1',
  plan: [],
  log: [
    { step: 'ORDER_CREATED', status: 'STARTED', data: null, createdAt: at(1) },
    { step: 'ORDER_CREATED', status: 'COMPLETED', data: { attempts: 1 }, createdAt: at(3) },
  ],
  notes: [
    {
      kind: 'RETRIED',
      step: 'ORDER_CREATED',
      data: { attempt: 1, ...lastError },
      createdAt: at(2),
    },
  ],
} as unknown as SagaView;
const told = (after: string, all = true) => sagaEvents({ view, after, all, now: at(9) });
const ids = (after: string) => told(after).map(({ event, id }) => id ?? event);

describe('the events of a saga', () => {
  it('are its log rows and notes in order, and the saga after them', () => {
    expect(ids('')).toEqual([at(1), at(2), at(3), 'saga']);
  });

  // R156
  it('go on behind the last one that the client has, without repeat or loss', () => {
    expect(ids(at(1))).toEqual([at(2), at(3), 'saga']);
    expect(ids(at(3))).toEqual(['saga']);
  });

  it('end when the saga has ended', () => {
    const ended = { ...view, status: 'DONE' } as SagaView;
    const events = sagaEvents({ view: ended, after: at(3), all: true, now: at(9) });
    expect(events.map(({ event }) => event)).toEqual(['saga', 'end']);
  });

  // R157
  it('contain nothing technical for guests and shoppers', () => {
    const shown = JSON.stringify(told('', false));
    expect(shown).not.toMatch(/lastError|PROVIDER_UNAVAILABLE|bank-7|attempt|instance-1/);
    expect(JSON.stringify(told(''))).toContain('bank-7');
  });

  it('have ids that are times with microseconds', () => {
    expect(isCursor(at(1))).toBe(true);
    for (const other of ['', '7', '2026-01-01T00:00:00Z', `${at(1)}\n`]) {
      expect(isCursor(other)).toBe(false);
    }
  });
});
