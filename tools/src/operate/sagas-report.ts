import { type SagaLogData, trace } from '@backstitch/saga-engine';
import { facts, table } from './table.js';
import type { SagaList, SagaView } from '@backstitch/shared-types';

/** Unfinished sagas as a table: parked ones say what went wrong last. */
export function sagasReport({ sagas, more }: SagaList): string[] {
  const heads = ['SAGA', 'STATUS', 'AWAITS', 'ATTEMPT', 'NEXT TRY', 'LAST ERROR'];
  const rows = sagas.map((saga) => [
    saga.sagaId,
    saga.needsAttention ? `${saga.status}, parked` : saga.status,
    saga.currentStep,
    String(saga.attempt ?? '-'),
    saga.nextTryAt ?? '-',
    saga.lastError ? `${saga.lastError.code}: ${saga.lastError.message}` : '-',
  ]);
  return [
    ...(sagas.length === 0 ? ['No such sagas.'] : table(heads, rows)),
    ...(more > 0 ? [`${more} more`] : []),
  ];
}

/** A saga and its log. */
export function sagaReport(saga: SagaView): string[] {
  const { lastError, reason } = saga;
  const log = saga.log.map(({ step, status, data, createdAt }) => ({
    step,
    status,
    data: (data ?? undefined) as SagaLogData | undefined,
    createdAt,
  }));
  return [
    ...facts([
      ['saga', saga.sagaId],
      ['order', saga.orderId],
      ['status', saga.needsAttention ? `${saga.status}, parked` : saga.status],
      ['awaits', saga.attempt === null ? null : `${saga.currentStep}, attempt ${saga.attempt}`],
      ['next try', saga.nextTryAt],
      ['last error', lastError && `${lastError.code}: ${lastError.message}`],
      ['reason', reason && `${reason.code}: ${reason.detail}`],
      ['request', saga.requestId],
      ['begun', saga.createdAt],
    ]),
    '',
    ...trace(log),
  ];
}
