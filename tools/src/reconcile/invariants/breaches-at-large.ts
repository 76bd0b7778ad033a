import { each, type Breach } from './breach.js';
import { PRODUCTS, SHARED_SAGAS, STRAY_CHARGES } from '../reading/read-participants.js';
import {
  BROKEN_ORDERS,
  type BrokenOrder,
  UNPUBLISHED_EVENTS,
  type UnpublishedEvent,
} from '../reading/read-events.js';
import {
  BROKEN_REFUNDS,
  OVERDUE_ATTEMPTS,
  type BrokenRefund,
  type OverdueAttempt,
} from '../reading/read-refunds.js';
import { KEYS_OF_NO_SAGA, readLogHistories, sagasWith } from '../reading/read-sagas.js';
import type {
  Definitions,
  KeyOfNoSaga,
  ProductRow,
  SharedSaga,
  LogHistory,
  StrayCharge,
} from '../reading/rows.js';
import type { Snapshot } from '../reading/snapshot.js';
import type { Snapshots } from '../reading/snapshots.js';
import { stockProblem } from './stock-invariant.js';
import { logProblem } from './log-invariant.js';

export interface Bounds {
  /** Rows that are fetched, and held, at once. */
  rowsAtOnce: number;
  /** Breaches of a kind after which nothing more of it is read. */
  breachesMax: number;
}

/** Breaches of the invariants that no single order shows: the databases themselves sum and compare. */
export async function breachesAtLarge(
  { orchestrator, orders, inventory, payments }: Snapshots,
  definitions: Definitions,
  { rowsAtOnce, breachesMax }: Bounds,
): Promise<Breach[]> {
  /** A breach by each row of a query that has a problem, until there are enough. */
  const among = async <Row extends object>(
    invariant: number,
    [database, sql]: readonly [Snapshot, string],
    idOf: (row: Row) => string,
    problemOf: (row: Row) => string | undefined,
  ): Promise<Breach[]> => {
    const found: Breach[] = [];
    for await (const rows of database.batches<Row>(sql, rowsAtOnce)) {
      found.push(...each(invariant, rows, idOf, problemOf));
      if (found.length >= breachesMax) break;
    }
    return found;
  };
  const found = await Promise.all([
    storyBreaches(orchestrator, definitions),
    among<KeyOfNoSaga>(7, [orchestrator, KEYS_OF_NO_SAGA], ({ sagaId }) => sagaId, ofNoSaga),
    among<ProductRow>(1, [inventory, PRODUCTS], ({ productId }) => productId, stockProblem),
    among<StrayCharge>(6, [payments, STRAY_CHARGES], ({ key }) => key, stray),
    among<SharedSaga>(7, [orders, SHARED_SAGAS], ({ sagaId }) => sagaId, shared),
    among<BrokenOrder>(
      9,
      [orders, BROKEN_ORDERS],
      ({ orderId }) => orderId,
      ({ what }) => what,
    ),
    among<UnpublishedEvent>(
      15,
      [orders, UNPUBLISHED_EVENTS],
      ({ orderId }) => orderId,
      unpublished,
    ),
    among<BrokenRefund>(
      10,
      [payments, BROKEN_REFUNDS],
      ({ orderId }) => orderId,
      ({ what }) => what,
    ),
    among<OverdueAttempt>(17, [payments, OVERDUE_ATTEMPTS], ({ orderId }) => orderId, overdue),
  ]);
  return found.flat();
}

/** A log history that thousands of sagas share is checked once. */
async function storyBreaches(
  sagas: Snapshots['orchestrator'],
  definitions: Definitions,
): Promise<Breach[]> {
  const breaches: Breach[] = [];
  for (const history of await readLogHistories(sagas)) {
    const problem = logProblem(history, definitions.stepsOf(history));
    if (problem === undefined) continue;
    const some = await sagasWith(sagas, history);
    breaches.push(
      ...some.map((id) => ({ invariant: 5, id, what: problem + moreThan(some, history) })),
    );
  }
  return breaches;
}

function moreThan(some: readonly string[], { count }: LogHistory): string {
  return count > some.length ? ` (as ${count} sagas in all)` : '';
}

function ofNoSaga({ key }: KeyOfNoSaga): string {
  return `the key ${key} names this saga, which does not exist`;
}

function stray({ decision }: StrayCharge): string {
  return `the bank has ${decision} under this key, and no payment has the key`;
}

function overdue({ number, ageS }: OverdueAttempt): string {
  return `its attempt ${number} to pay is not settled after ${Math.round(ageS / 60)} minutes`;
}

function shared({ orders, one, other }: SharedSaga): string {
  const all = orders > 2 ? ` (of ${orders})` : '';
  return `the orders ${one} and ${other}${all} are both of this saga`;
}

function unpublished({ sequence, ageS }: UnpublishedEvent): string {
  return `its event ${sequence} waits for its publication for ${Math.round(ageS)} s`;
}
