import type { Caller } from '@backstitch/auth';
import {
  ACTOR_ROLES,
  type ActorRole,
  isOpenCallerId,
  type OrderAction,
  type OrderLifecycle,
} from '@backstitch/shared-types';

/** An order, as far as it decides who may act on it. */
export interface Owned {
  owner: string | undefined;
  sellerId: string | null;
  createdAtMs: number;
}

/** For so long the id alone is enough to act on an order of an open caller. */
const OPEN_FOR_MS = 2 * 3_600_000;

/**
 * As whom a caller may act on an order; none: the order is answered as one that does not exist. In
 * development a request may come without a caller, directly to the orchestrator: it acts as the
 * customer. Pure.
 */
export function rolesOf(
  caller: Caller | undefined,
  { owner, sellerId, createdAtMs }: Owned,
  nowMs: number,
): ActorRole[] {
  if (!caller) return ['customer'];
  const isOpen = owner !== undefined && isOpenCallerId(owner);
  const isYoung = nowMs - createdAtMs < OPEN_FOR_MS;
  const has: Record<ActorRole, boolean> = {
    customer: isOpen ? caller.kind === 'open' && isYoung : caller.id === owner,
    seller: caller.id === sellerId,
    admin: caller.kind === 'user' && caller.roles.includes('admin'),
  };
  return ACTOR_ROLES.filter((role) => has[role]);
}

/** The first of these roles in which this may be done now, or the first of all. Pure. */
export function actingRole(
  roles: readonly ActorRole[],
  action: OrderAction,
  lifecycle: OrderLifecycle | undefined,
): ActorRole | undefined {
  return roles.find((role) => lifecycle?.allowed[role].includes(action)) ?? roles[0];
}
