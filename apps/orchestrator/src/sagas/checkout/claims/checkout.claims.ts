import type { PreparedSaga, SagaFailure, SagaStatus } from '@backstitch/saga-engine';
import { insertSagas } from '@backstitch/saga-engine/postgres';
import type { Transaction } from '@backstitch/service-kit';
import { SAGA_TABLES } from '../../../database/saga-tables.js';
import { type CheckoutInput, type Claim, isSameInput, decideClaim } from '../checkout.js';
import type { Ending } from '../outcome.js';
import { FORGET, HOLDERS, LOCK, POINT_ELSEWHERE, TAKE_FREE } from './checkout.sql.js';

/** A checkout request; without a claim it is identified by its saga id alone. */
export interface Asking {
  sagaId: string;
  claim: Claim | undefined;
  /** What is asked for: the id of a saga alone does not open another user's checkout. */
  input: CheckoutInput;
}

/** A checkout that wants to begin. */
export interface Beginning extends Asking {
  prepared: PreparedSaga;
}

/** A checkout that exists: this request's own, or one whose key or cart is the same. */
export interface ExistingCheckout {
  kind: 'exists';
  sagaId: string;
  orderId: string;
  status: SagaStatus;
  /** How it ended, where it was seen to have; its row may be gone a moment later. */
  ended?: Ending;
}

/** How long claims are kept. */
export interface ClaimTimes {
  /** For this time after a successful checkout without a key, an equal cart gets the same order. */
  dedupeSeconds: number;
  /** A key names its checkout for so long. */
  keyDays: number;
}

/**
 * A claim that was seen to be held, and that the retention removed before it could be locked. Its
 * code has the transaction run again from the start, where the claim is free.
 */
class ClaimRemoved extends Error {
  readonly code = '40001';
}

/** What became of it: begun, there already, or refused because its key names another body. */
export type Begun = { kind: 'inserted' } | Held;
export type Held = ExistingCheckout | { kind: 'reused' };

/** Any client: in a transaction or not. */
type Queryable = Pick<Transaction, 'query'>;

/**
 * Starts the new checkouts of a batch in which no claim appears twice. The order matters: claim,
 * read, lock the claims that seem free, read again, and only then write.
 */
export async function beginCheckouts(
  tx: Transaction,
  batch: readonly Beginning[],
  times: ClaimTimes,
): Promise<Begun[]> {
  const begun = new Map<Beginning, Begun>();
  const stillFree = async (candidates: readonly Beginning[]): Promise<Beginning[]> => {
    if (candidates.length === 0) return [];
    const held = await readHolders(tx, candidates, times);
    candidates.forEach((one, index) => held[index] && begun.set(one, held[index]));
    return candidates.filter((one) => !begun.has(one));
  };

  const claiming = batch.filter((one) => one.claim).sort(byClaim);
  const fresh = await takeFree(tx, claiming);
  const takeable = await stillFree(claiming.filter((one) => !fresh.has(one.sagaId)));
  if (takeable.length > 0) {
    const locking = { name: 'checkout_lock', text: LOCK, values: claimArrays(takeable) };
    const { rowCount } = await tx.query(locking);
    if (rowCount !== takeable.length) throw new ClaimRemoved('a claim was removed meanwhile');
  }
  const taken = await stillFree(takeable);
  const ours = batch.filter((one) => !one.claim || fresh.has(one.sagaId) || taken.includes(one));
  // Of two requests with one saga's id the first is its saga; the other is decided by its row.
  const firsts = [...new Map(ours.toReversed().map((one) => [one.sagaId, one])).values()];
  const inserted = await insertAll(tx, firsts);
  for (const one of firsts) if (inserted.has(one.sagaId)) begun.set(one, { kind: 'inserted' });
  const pointed = taken.filter((one) => begun.get(one)?.kind === 'inserted');
  if (pointed.length > 0) {
    await tx.query({ name: 'checkout_point', text: POINT_ELSEWHERE, values: claimArrays(pointed) });
  }
  // If its saga already existed, it repeats a request that had no claim.
  await stillFree(ours.filter((one) => !begun.has(one)));
  // A saga's id that is taken, and asks for something else: its new claim must not name that saga.
  const refused = ours.filter((one) => fresh.has(one.sagaId) && begun.get(one)?.kind === 'reused');
  if (refused.length > 0) {
    await tx.query({ name: 'checkout_forget', text: FORGET, values: claimArrays(refused) });
  }
  return batch.map((one) => begun.get(one)!);
}

/** The saga of each checkout; undefined where there is none. */
export async function readHolders(
  client: Queryable,
  batch: readonly Asking[],
  { dedupeSeconds, keyDays }: ClaimTimes,
): Promise<(Held | undefined)[]> {
  const values = [...claimArrays(batch), dedupeSeconds, keyDays];
  const query = { name: 'checkout_holders', text: HOLDERS, values };
  const { rows } = await client.query<HolderRow>(query);
  return batch.map((asking, index) => holderOf(asking, rows[index]!));
}

interface HolderRow {
  sagaId: string | null;
  requestHash: string;
  forgotten: boolean;
  orderId: string | null;
  status: SagaStatus | null;
  failure: SagaFailure | null;
  justFinished: boolean;
  ownOrderId: string | null;
  ownStatus: SagaStatus | null;
  ownFailure: SagaFailure | null;
  /** Of whatever saga has this id. */
  ownInput: unknown;
}

function holderOf({ sagaId, claim, input }: Asking, row: HolderRow): Held | undefined {
  if (row.ownOrderId !== null && row.ownStatus !== null) {
    if (!isSameInput(row.ownInput, input)) return { kind: 'reused' };
    return existing(sagaId, row.ownOrderId, row.ownStatus, row.ownFailure);
  }
  const { orderId, status } = row;
  if (!claim || row.sagaId === null || orderId === null || status === null) return undefined;
  const verdict = decideClaim(claim, { ...row, status });
  if (verdict === 'free') return undefined;
  if (verdict === 'reused') return { kind: 'reused' };
  return existing(row.sagaId, orderId, status, row.failure);
}

/** Only a manually changed row lacks its reason; the shopper gets CHECKOUT_UNDONE. */
const REASON_MISSING: SagaFailure = {
  step: 'UNKNOWN',
  kind: 'unknown',
  code: 'REASON_MISSING',
  message: 'the row does not say why',
};

function existing(
  sagaId: string,
  orderId: string,
  status: SagaStatus,
  failure: SagaFailure | null,
): ExistingCheckout {
  const found = { kind: 'exists', sagaId, orderId, status } as const;
  if (status === 'DONE') return { ...found, ended: { phase: 'done' } };
  if (status !== 'COMPENSATED') return found;
  return { ...found, ended: { phase: 'undone', failure: failure ?? REASON_MISSING } };
}

async function takeFree(
  tx: Transaction,
  claiming: readonly Beginning[],
): Promise<ReadonlySet<string>> {
  if (claiming.length === 0) return new Set();
  const query = { name: 'checkout_claim', text: TAKE_FREE, values: claimArrays(claiming) };
  const { rows } = await tx.query<{ saga_id: string }>(query);
  return new Set(rows.map((row) => row.saga_id));
}

async function insertAll(
  tx: Transaction,
  ours: readonly Beginning[],
): Promise<ReadonlySet<string>> {
  if (ours.length === 0) return new Set();
  return insertSagas(
    tx,
    SAGA_TABLES,
    ours.map((one) => one.prepared),
  );
}

/** The one order in which claims are locked, in every orchestrator. */
function byClaim(a: Asking, b: Asking): number {
  return nameOf(a) < nameOf(b) ? -1 : 1;
}

/** Two checkouts with the same name compete: their claim, or their saga id. */
export function nameOf({ sagaId, claim }: Asking): string {
  return claim ? `${claim.kind}\n${claim.caller}\n${claim.key}` : sagaId;
}

function claimArrays(batch: readonly Asking[]): unknown[] {
  return [
    batch.map(({ claim }) => claim?.caller),
    batch.map(({ claim }) => claim?.kind),
    batch.map(({ claim }) => claim?.key),
    batch.map(({ claim }) => claim?.requestHash),
    batch.map(({ sagaId }) => sagaId),
  ];
}
