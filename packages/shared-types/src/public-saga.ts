import type { SagaLogView, SagaView } from './saga-view.js';

/** One row of the log of a saga, without technical data. */
export type PublicSagaLog = Omit<SagaLogView, 'data'> & { data: { outcome: string } | null };

/** A saga without what is for operators: its last error, its attempts, and its request id. */
export type PublicSaga = Omit<SagaView, 'lastError' | 'attempt' | 'requestId' | 'log'> & {
  log: PublicSagaLog[];
};

/**
 * What guests and shoppers see of GET /sagas/:sagaId. An orchestrator of another version may return
 * fewer members. Pure.
 */
export function publicSaga({ log = [], ...saga }: Partial<SagaView>): Partial<PublicSaga> {
  delete saga.lastError;
  delete saga.attempt;
  delete saga.requestId;
  return { ...saga, log: log.map((row) => ({ ...row, data: publicData(row.data) })) };
}

function publicData(data: unknown): PublicSagaLog['data'] {
  const { outcome } = (data ?? {}) as Partial<NonNullable<PublicSagaLog['data']>>;
  return outcome === undefined ? null : { outcome };
}
