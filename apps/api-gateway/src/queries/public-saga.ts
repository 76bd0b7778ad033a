import type { SagaLogView, SagaView } from '@backstitch/shared-types';

/** One row of a saga's log as anybody may see it. */
export type PublicSagaLog = Omit<SagaLogView, 'data'> & {
  data: { attempts: number; outcome?: string } | null;
};

/** A saga as anybody may see it: technical reasons, such as its last error, are for operators. */
export type PublicSaga = Omit<SagaView, 'lastError' | 'log'> & { log: PublicSagaLog[] };

/** What of GET /sagas/:sagaId the gateway shows; an orchestrator of another version may say less. Pure. */
export function publicSaga({ log = [], ...saga }: Partial<SagaView>): Partial<PublicSaga> {
  delete saga.lastError;
  return { ...saga, log: log.map((row) => ({ ...row, data: publicData(row.data) })) };
}

function publicData(data: unknown): PublicSagaLog['data'] {
  const { attempts, outcome } = (data ?? {}) as Partial<NonNullable<PublicSagaLog['data']>>;
  if (attempts === undefined) return null;
  return { attempts, ...(outcome !== undefined && { outcome }) };
}
