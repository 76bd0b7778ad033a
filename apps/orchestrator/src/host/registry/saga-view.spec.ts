import type {
  ForwardSaga,
  SagaFailure,
  SagaLogEntry,
  UndoneSaga,
  WaitingSaga,
} from '@backstitch/saga-engine';
import { describe, expect, it } from '@jest/globals';
import { generalViewOf } from './saga-view.js';

const facts = {
  sagaId: 'saga-1',
  subjectId: 'order-1',
  definition: 'checkout',
  definitionVersion: 1,
  input: { userId: 'user-123' },
  kept: {},
  requestId: 'request-1',
  version: 3,
  epoch: 1,
  owner: 'one',
  createdAtMs: Date.UTC(2026, 0, 1),
  sagaDeadlineAtMs: Date.UTC(2026, 0, 1, 0, 2),
};
const running: ForwardSaga = {
  ...facts,
  phase: 'forward',
  awaited: 'PAYMENT_PROCESSED',
  attempt: 3,
  waitingFor: 'retry',
  wakeAtMs: Date.UTC(2026, 0, 1, 0, 1),
  stepDeadlineAtMs: undefined,
  lastError: { code: 'PROVIDER_UNAVAILABLE', message: 'bank-7 refused', unsent: 1 },
  needsAttention: false,
  failure: undefined,
};
const undone: UndoneSaga = {
  ...facts,
  phase: 'undone',
  failure: {
    step: 'PAYMENT_PROCESSED',
    kind: 'unknown',
    code: 'PROVIDER_UNAVAILABLE',
    message: 'bank-7 refused',
  },
};
const log: SagaLogEntry[] = [
  { step: 'ORDER_CREATED', status: 'STARTED', data: undefined, createdAt: '2026-01-01T00:00:01Z' },
  {
    step: 'ORDER_CREATED',
    status: 'COMPLETED',
    data: { attempts: 1 },
    createdAt: '2026-01-01T00:00:02Z',
  },
];

const told = { log, notes: [], plan: [], away: undefined };
const outcome = ({ kind }: SagaFailure) => ({ code: 'UNDONE', detail: `It was ${kind}.` });

describe('the view of a saga', () => {
  it('never hides that it is retrying: attempt, last error and next try', () => {
    expect(generalViewOf({ ...told, saga: running, outcome })).toEqual({
      sagaId: 'saga-1',
      orderId: 'order-1',
      definition: 'checkout',
      definitionVersion: 1,
      status: 'RUNNING',
      currentStep: 'PAYMENT_PROCESSED',
      attempt: 3,
      nextTryAt: '2026-01-01T00:01:00.000Z',
      lastError: { code: 'PROVIDER_UNAVAILABLE', message: 'bank-7 refused' },
      needsAttention: false,
      reason: null,
      requestId: 'request-1',
      owner: 'one',
      waitingFor: 'retry',
      stepDeadlineAt: null,
      sagaDeadlineAt: '2026-01-01T00:02:00.000Z',
      holdExpiresAt: null,
      amount: null,
      currency: null,
      paused: {
        since: '2026-01-01T00:01:00.000Z',
        why: 'A step failed. It is tried again.',
        nextTryAt: '2026-01-01T00:01:00.000Z',
      },
      lifecycle: [],
      plan: [],
      createdAt: '2026-01-01T00:00:00.000Z',
      updatedAt: '2026-01-01T00:00:02Z',
      log: [
        { ...log[0], data: null },
        { ...log[1], data: { attempts: 1 } },
      ],
      notes: [],
    });
  });

  it('tells since when it does not get on, and which service does not answer', () => {
    const createdAt = '2026-01-01T00:00:03.000000Z';
    const notes = [{ kind: 'RETRIED', step: 'PAYMENT_PROCESSED', data: {}, createdAt }] as const;
    const away = 'Payments are not answering at the moment.';
    const view = generalViewOf({ ...told, notes, away, saga: running, outcome });
    expect(view.paused).toEqual({ since: createdAt, why: away, nextTryAt: view.nextTryAt });
    const sent = { ...running, waitingFor: 'reply', lastError: undefined } as const;
    expect(generalViewOf({ ...told, notes, away, saga: sent, outcome }).paused).toBeNull();
  });

  it('of a saga that waits tells at which step, and until when', () => {
    const waiting: WaitingSaga = {
      ...facts,
      phase: 'waiting',
      waitsAt: 'CUSTOMER_PAYS',
      dueAtMs: Date.parse('2026-01-02T00:00:00Z'),
      failure: undefined,
    };
    expect(generalViewOf({ ...told, log: [], saga: waiting, outcome })).toMatchObject({
      status: 'WAITING',
      currentStep: 'CUSTOMER_PAYS',
      attempt: null,
      nextTryAt: '2026-01-02T00:00:00.000Z',
      lastError: null,
      needsAttention: false,
      reason: null,
    });
  });

  it('gives the reason in the words of its saga, without anything technical', () => {
    const view = generalViewOf({ ...told, log: [], saga: undone, outcome });
    expect(view).toMatchObject({
      status: 'COMPENSATED',
      currentStep: 'COMPENSATED',
      attempt: null,
      nextTryAt: null,
      lastError: null,
      reason: { code: 'UNDONE', detail: 'It was unknown.' },
    });
    expect(JSON.stringify(view.reason)).not.toContain('bank-7');
  });
});
