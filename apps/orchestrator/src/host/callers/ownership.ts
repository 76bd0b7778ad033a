import {
  type Access,
  AccessRows,
  type Caller,
  decide,
  mayRead,
  type Owned,
} from '@backstitch/auth';
import { openCallerId, type OwnedOrderView } from '@backstitch/shared-types';

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

function accessOf(route: string): Access {
  const row = rows.find('GET', route);
  if (!row) throw new Error(`the access table has no row for GET ${route} of the orchestrator`);
  return row.access;
}
