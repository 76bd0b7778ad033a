import { type Caller, OPEN_CALLER } from '../caller.js';
import type { Access } from './access-row.js';
import { decide } from './decide.js';

/** An order or a saga, as far as it decides who may read it. */
export interface Owned {
  /** Undefined when it has no owner: only callers who read all orders and sagas may read it. */
  owner: string | undefined;
  createdAtMs: number;
}

/** For so long the id alone is enough to read what an open caller made. */
const OPEN_FOR_MS = 2 * 3_600_000;

/**
 * Whether the caller may read what has this owner. In development a request may come without a caller,
 * directly to an app behind the gateway: it may. Pure.
 */
export function mayRead(
  access: Access,
  asking: Caller | undefined,
  { owner, createdAtMs }: Owned,
  nowMs: number,
): boolean {
  const decision = asking && decide(access, asking, nowMs / 1_000);
  if (!decision || (decision.allowed && decision.reach === 'all')) return true;
  if (!decision.allowed || owner === undefined) return false;
  if (isOpen(owner)) return nowMs - createdAtMs < OPEN_FOR_MS;
  return owner === asking.id;
}

/**
 * Whether a caller that may read an order sees how its owner gets it: name, address and phone are not for
 * operators. The order of an open caller has no other proof of its owner than its id. Pure.
 */
export function maySeeDelivery(asking: Caller | undefined, owner: string): boolean {
  if (!asking || asking.id === owner) return true;
  return asking.kind === 'open' && isOpen(owner);
}

function isOpen(owner: string): boolean {
  return owner.startsWith(OPEN_CALLER.id);
}
