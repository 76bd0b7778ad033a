import type { Caller } from '@backstitch/auth';
import {
  ACTOR_ROLES,
  type ActorRole,
  isOpenCallerId,
  ORDER_ACTIONS,
  type OrderAction,
} from '@backstitch/shared-types';
import type { StagedOrder } from '../orders/orders.handler.js';
import { allowedActions } from '../orders/order-stages.js';

/** What a caller may do to an order now, in all its roles. Pure. */
export function actionsOf(
  { kind, stage, sellerId }: Pick<StagedOrder, 'kind' | 'stage' | 'sellerId'>,
  owner: string,
  caller: Caller | undefined,
): OrderAction[] {
  if (!caller) return [];
  const has: Record<ActorRole, boolean> = {
    customer: caller.id === owner || (caller.kind === 'open' && isOpenCallerId(owner)),
    seller: caller.id === sellerId,
    admin: caller.kind === 'user' && caller.roles.includes('admin'),
  };
  const allowed = new Set(
    ACTOR_ROLES.filter((role) => has[role]).flatMap((role) => allowedActions(kind, stage, role)),
  );
  return ORDER_ACTIONS.filter((action) => allowed.has(action));
}
