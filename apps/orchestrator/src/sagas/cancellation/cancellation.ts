import type { SignalRefusal, Signalled } from '@backstitch/saga-engine';
import {
  type ActorRole,
  type Disposition,
  type OrderKind,
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

export type AfterSignal =
  /** Its saga ends by it, or has ended. */
  | 'wait'
  /** Its saga only goes forward: a cancellation follows it. */
  | 'begin'
  /** It has just decided otherwise: the order tells how, once that is done. */
  | 'read-again'
  /** It was neither applied nor refused: see `unsignalled`. */
  | 'none';

/** What follows from the answer of the saga that places an order of this kind. Pure. */
export function afterSignal(signalled: Signalled, kind: OrderKind | undefined): AfterSignal {
  // All in one role have one signal, each with a reason of their own.
  if (signalled.kind === 'applied' || signalled.kind === 'other-signal') return 'wait';
  if (signalled.kind !== 'refused') return 'none';
  const next = AFTER_REFUSAL[signalled.reason];
  return next === 'begin' && kind === 'MARKETPLACE' ? 'read-again' : next;
}

const AFTER_REFUSAL: Readonly<Record<SignalRefusal, AfterSignal>> = {
  undoing: 'wait',
  ended: 'wait',
  'past-pivot': 'begin',
  // A checkout of an earlier version ends by itself, and knows no cancellation.
  'unknown-signal': 'begin',
  'not-awaited': 'read-again',
  'too-late': 'read-again',
  invalid: 'none',
  'too-many': 'none',
};

/** A shopper could else make goods disappear that are still in the shop. Pure. */
export function mayGiveBack(role: ActorRole, disposition: Disposition | undefined): boolean {
  return role !== 'customer' || disposition !== 'WRITE_OFF';
}

/** All that was sold: the line of a product that was bought in two lines is two lines. Pure. */
export function returnedLines({
  items,
}: Pick<OwnedOrderView, 'items'>): CancellationInput['lines'] {
  return items.map(({ productId, quantity }) => ({ productId, quantity }));
}
