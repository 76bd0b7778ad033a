import type { Caller } from '@backstitch/auth';
import {
  ACTOR_ROLES,
  type ActorRole,
  type Disposition,
  isOpenCallerId,
  type OrderLifecycle,
  type OwnedOrderView,
  uuidOf,
} from '@backstitch/shared-types';

/** What the saga of a cancellation works on, as its row keeps it. */
export interface CancellationInput {
  /** Who owns the order, as Caller.id: this caller may read the saga. */
  caller: string;
  /** Who cancels, as Caller.id. Undefined: a request in development without a caller. */
  actor?: string;
  actorRole: ActorRole;
  reason: string;
  disposition: Disposition;
  /** All that was sold. */
  lines: { productId: string; quantity: number }[];
}

/** An order, as far as it decides who may cancel it. */
export interface Cancellable {
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
  { owner, sellerId, createdAtMs }: Cancellable,
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

/** The first of these roles in which the order may be cancelled now, or the first of all. Pure. */
export function actingRole(
  roles: readonly [ActorRole, ...ActorRole[]],
  lifecycle: OrderLifecycle | undefined,
): ActorRole {
  return roles.find((role) => lifecycle?.allowed[role].includes('cancel')) ?? roles[0];
}

/**
 * The id of a cancellation: the same for all who ask for it at once in one role. One that is refused
 * does not stop a later one, because the version of the order is another by then. Pure.
 */
export function cancellationIdOf(orderId: string, version: number, role: ActorRole): string {
  return uuidOf('cancellation', orderId, String(version), role);
}

export type CancelRoute =
  /** Its own saga decides: it is asked to end. */
  | 'ask-its-saga'
  /** It was confirmed: a saga of its own takes it back. */
  | 'begin'
  /** It is being cancelled, or was. */
  | 'cancelled'
  /** Not in this stage, or not by this role. */
  | 'refused';

/** What is done with a cancellation of an order as it was found. Pure. */
export function routeOf({ stage, kind, allowed }: OrderLifecycle, role: ActorRole): CancelRoute {
  if (stage === 'CANCELLING' || stage === 'CANCELLED') return 'cancelled';
  if (!allowed[role].includes('cancel')) return 'refused';
  return stage === 'PLACED' || kind === 'MARKETPLACE' ? 'ask-its-saga' : 'begin';
}

/** All that was sold: the line of a product that was bought in two lines is two lines. Pure. */
export function returnedLines({ items }: Pick<OwnedOrderView, 'items'>): CancellationInput['lines'] {
  return items.map(({ productId, quantity }) => ({ productId, quantity }));
}
