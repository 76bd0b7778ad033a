import type { EndedSaga, SagaFailure } from '@backstitch/saga-engine';
import type {
  ActorRole,
  CancelledOrderView,
  ErrorCodeName,
  OrderAction,
  OrderLifecycle,
  OrderStage,
  RefundView,
} from '@backstitch/shared-types';

export type CancelAnswer =
  | {
      kind: 'cancelled';
      status: 200 | 202;
      replayed: boolean;
      /** Where the result of a 202 will be. */
      location?: string;
      body: CancelledOrderView;
    }
  | { kind: 'refused'; detail: string; stage: OrderStage; allowed: OrderAction[] };

const DETAILS: Partial<Record<OrderStage, string>> = {
  FULFILLED: 'The order was handed over: it can be sent back, but not cancelled.',
};
const NOT_NOW = 'This caller cannot cancel the order in its stage.';

/** In words for the caller. Pure. */
export function refusedBy({ stage, allowed }: OrderLifecycle, role: ActorRole): CancelAnswer {
  return refusedAt(stage, allowed[role]);
}

/** A refusal of the order itself. Its details are as order-service wrote them. Pure. */
export function refusedAs({ details }: SagaFailure): CancelAnswer {
  const { stage, allowed } = (details ?? {}) as { stage?: OrderStage; allowed?: OrderAction[] };
  return refusedAt(stage ?? 'FULFILLED', allowed ?? []);
}

function refusedAt(stage: OrderStage, allowed: OrderAction[]): CancelAnswer {
  return { kind: 'refused', detail: DETAILS[stage] ?? NOT_NOW, stage, allowed };
}

/** The saga that has cancelled the order before, if the failure says so. Pure. */
export function winnerIn({ code, details }: SagaFailure): string | undefined {
  const { sagaId } = (details ?? {}) as { sagaId?: unknown };
  return code === 'ORDER_CANCELLED' && typeof sagaId === 'string' ? sagaId : undefined;
}

/** What was given back, as the saga kept it; null for a saga that gave nothing back. Pure. */
export function refundIn({ kept }: EndedSaga): CancelledOrderView['refund'] {
  const { refundId, amount, currency, status } = (kept['MONEY_RETURNED'] ??
    {}) as Partial<RefundView>;
  if (refundId === undefined || amount === undefined) return null;
  if (currency === undefined || status === undefined) return null;
  return { refundId, amount, currency, status };
}

const REASONS: Partial<Record<ErrorCodeName, string>> = {
  ORDER_CANCELLED: 'The order was cancelled before.',
  ORDER_NOT_CANCELLABLE: 'The order could not be cancelled in its stage.',
};

/** Why a cancellation was refused, for GET /sagas/:sagaId. Pure. */
export function reasonOf({ code }: SagaFailure): { code: string; detail: string } {
  const detail = REASONS[code as ErrorCodeName];
  if (detail !== undefined) return { code, detail };
  return { code: 'ORDER_NOT_CANCELLABLE', detail: 'The order could not be cancelled.' };
}
