import { type Access, AccessRows, type Caller, decide } from '@backstitch/auth';
import { isOpenCallerId, openCallerId, type OwnedOrderView } from '@backstitch/shared-types';

/** An order or a saga, as far as it decides who may read it. */
export interface Owned {
  /** Undefined when it has no owner: only callers who read all orders and sagas may read it. */
  owner: string | undefined;
  createdAtMs: number;
}

/** For so long the id alone is enough to read what an open caller made. */
const OPEN_FOR_MS = 2 * 3_600_000;

const rows = new AccessRows('orchestrator');
const READ_ORDER = accessOf('/orders/:orderId');
const READ_SAGA = accessOf('/sagas/:sagaId');
const READ_OPERATIONS = accessOf('/sagas');

/**
 * Whether the caller may read the order. In development a request may come without a caller, directly
 * to the orchestrator: it may. Pure.
 */
export function mayReadOrder(asking: Caller | undefined, owned: Owned, nowMs: number): boolean {
  return mayRead(READ_ORDER, asking, owned, nowMs);
}

/** As mayReadOrder, for a saga. */
export function mayReadSaga(asking: Caller | undefined, owned: Owned, nowMs: number): boolean {
  return mayRead(READ_SAGA, asking, owned, nowMs);
}

/**
 * Whether a caller that may read an order sees how its owner gets it: name, address and phone are not for
 * operators. The order of an open caller has no other proof of its owner than its id. Pure.
 */
export function maySeeDelivery(asking: Caller | undefined, owner: string): boolean {
  if (!asking || asking.id === owner) return true;
  return asking.kind === 'open' && isOpenCallerId(owner);
}

/** Whether the caller sees what is for operators: errors, attempts, request ids. */
export function seesAll(asking: Caller | undefined): boolean {
  return !asking || decide(READ_OPERATIONS, asking, 0).allowed;
}

/** Who owns an order. Only a tombstone has neither caller nor userId, nor anything to hide. */
export function ownerOfOrder({ caller, userId }: OwnedOrderView): string {
  return caller ?? openCallerId(userId ?? '');
}

/** Who owns a saga with this stored input. An input of an earlier release has only a userId. */
export function ownerOfInput(input: unknown): string | undefined {
  const { caller, userId } = (input ?? {}) as { caller?: unknown; userId?: unknown };
  if (typeof caller === 'string') return caller;
  return typeof userId === 'string' ? openCallerId(userId) : undefined;
}

function mayRead(
  access: Access,
  asking: Caller | undefined,
  { owner, createdAtMs }: Owned,
  nowMs: number,
): boolean {
  const decision = asking && decide(access, asking, nowMs / 1_000);
  if (!decision || (decision.allowed && decision.reach === 'all')) return true;
  if (!decision.allowed || owner === undefined) return false;
  if (isOpenCallerId(owner)) return nowMs - createdAtMs < OPEN_FOR_MS;
  return owner === asking.id;
}

function accessOf(route: string): Access {
  const row = rows.find('GET', route);
  if (!row) throw new Error(`the access table has no row for GET ${route} of the orchestrator`);
  return row.access;
}
