import {
  type Caller,
  isOpenCallerId,
  openCallerId,
  type OwnedOrderView,
  readsAllOrders,
  seesAllOfSagas,
} from '@backstitch/shared-types';

/** An order or a saga, as far as it decides who may read it. */
export interface Owned {
  /** Undefined when it has no owner: operators alone may read it. */
  owner: string | undefined;
  createdAtMs: number;
}

/** For so long the id alone is enough to read what an open caller made: nothing else names them. */
const OPEN_FOR_MS = 2 * 3_600_000;

/**
 * Whether the caller may read it. A request without a caller is one of this machine in development:
 * it may. Pure.
 */
export function mayRead(asking: Caller | undefined, owned: Owned, nowMs: number): boolean {
  if (!asking || readsAllOrders(asking)) return true;
  const { owner, createdAtMs } = owned;
  if (owner === undefined) return false;
  if (isOpenCallerId(owner)) return nowMs - createdAtMs < OPEN_FOR_MS;
  return owner === asking.id;
}

/** As mayRead, for a saga. */
export function mayReadSaga(asking: Caller | undefined, owned: Owned, nowMs: number): boolean {
  return seesAll(asking) || mayRead(asking, owned, nowMs);
}

/** Whether the technical parts of a saga are shown. */
export function seesAll(asking: Caller | undefined): boolean {
  return !asking || seesAllOfSagas(asking);
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
