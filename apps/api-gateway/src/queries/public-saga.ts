import type { SagaLogView, SagaView } from '@backstitch/shared-types';

/** One row of the log of a saga, without technical data. */
export type PublicSagaLog = Omit<SagaLogView, 'data'> & {
  data: { attempts: number; outcome?: string } | null;
};

/** A saga without technical reasons, such as its last error, which are for operators. */
export type PublicSaga = Omit<SagaView, 'lastError' | 'log'> & { log: PublicSagaLog[] };

/**
 * The public part of GET /sagas/:sagaId. An orchestrator of another version may return fewer
 * members. Pure.
 */
export function publicSaga({ log = [], ...saga }: Partial<SagaView>): Partial<PublicSaga> {
  delete saga.lastError;
  return { ...saga, log: log.map((row) => ({ ...row, data: publicData(row.data) })) };
}

function publicData(data: unknown): PublicSagaLog['data'] {
  const { attempts, outcome } = (data ?? {}) as Partial<NonNullable<PublicSagaLog['data']>>;
  if (attempts === undefined) return null;
  return { attempts, ...(outcome !== undefined && { outcome }) };
}
