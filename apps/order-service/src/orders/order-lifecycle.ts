import type { OrderLifecycle } from '@backstitch/shared-types';
import { allowedActions } from './order-stages.js';
import type { OrderRow } from './orders.sql.js';

/** How far an order is, and what people may do to it now. Pure. */
export function lifecycleOf({
  stage,
  kind,
  seller_id: sellerId,
  version,
  cancellation_id: cancellationId,
}: Pick<OrderRow, 'stage' | 'kind' | 'seller_id' | 'version' | 'cancellation_id'>): OrderLifecycle {
  return {
    stage,
    kind,
    sellerId,
    version,
    cancellationId,
    allowed: {
      customer: allowedActions(kind, stage, 'customer'),
      seller: allowedActions(kind, stage, 'seller'),
      admin: allowedActions(kind, stage, 'admin'),
    },
  };
}
