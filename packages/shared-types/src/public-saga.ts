import type { SagaLogView, SagaNoteView, SagaPlanStepView, SagaView } from './saga-view.js';

/** One row of the log of a saga, without technical data. */
export type PublicSagaLog = Omit<SagaLogView, 'data'> & { data: { outcome: string } | null };

/** A note without technical data, and without who acted. */
export type PublicSagaNote = Omit<SagaNoteView, 'data'> & { data: { nextTryAt: string } | null };

export type PublicSagaPlanStep = Omit<SagaPlanStepView, 'queue' | 'attemptsMax'>;

type ForOperators = 'lastError' | 'attempt' | 'requestId' | 'owner';

/** A saga without what is for operators: its errors, its attempts, its instance, its request id. */
export type PublicSaga = Omit<SagaView, ForOperators | 'log' | 'notes' | 'plan'> & {
  log: PublicSagaLog[];
  notes: PublicSagaNote[];
  plan: PublicSagaPlanStep[];
};

/**
 * What guests and shoppers see of GET /sagas/:sagaId. An orchestrator of another version may return
 * fewer members. Pure.
 */
export function publicSaga(whole: Partial<SagaView>): Partial<PublicSaga> {
  const { log = [], notes = [], plan = [], ...saga } = whole;
  delete saga.lastError;
  delete saga.attempt;
  delete saga.requestId;
  delete saga.owner;
  return {
    ...saga,
    plan: plan.map(({ queue: _queue, attemptsMax: _attemptsMax, ...step }) => step),
    log: log.map(publicLog),
    notes: notes.map(publicNote),
  };
}

export function publicLog(row: SagaLogView): PublicSagaLog {
  const { outcome } = (row.data ?? {}) as Partial<NonNullable<PublicSagaLog['data']>>;
  return { ...row, data: outcome === undefined ? null : { outcome } };
}

export function publicNote(note: SagaNoteView): PublicSagaNote {
  const nextTryAt = note.data?.nextTryAt;
  return { ...note, data: nextTryAt === undefined ? null : { nextTryAt } };
}
