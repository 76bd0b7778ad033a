import { story, storyLines } from '@backstitch/saga-engine/story';
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

/** A saga and its story. */
export function sagaReport(saga: SagaView): string[] {
  const { lastError, reason } = saga;
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
    ...storyLines(story(saga)),
  ];
}
