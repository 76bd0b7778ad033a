import { breachesAtLarge } from './invariants/breaches-at-large.js';
import type { Breach } from './invariants/breach.js';
import { inBuckets } from './reading/in-buckets.js';
import { breachesOf } from './invariants/invariants.js';
import { perhapsRemoved } from './invariants/outcome-invariants.js';
import { RESERVATIONS, ordersSql, PAYMENTS } from './reading/read-participants.js';
import {
  ANSWERS,
  estimateSagas,
  FINISHED_SAGAS,
  MOVING_SAGAS,
  readDefinitions,
  sagasThere,
} from './reading/read-sagas.js';
import type {
  FinishedSaga,
  ReservationRow,
  KeptDays,
  KeyAnswer,
  MovingSaga,
  OrderRow,
  PaymentRow,
} from './reading/rows.js';
import { type DatabaseUrls, inSnapshots, type Snapshots } from './reading/snapshots.js';

/** What one reading of the live system shows. */
export interface Examined {
  breaches: Breach[];
  /** How many sagas were judged, and how many were too young or under way. */
  judged: number;
  moving: number;
  /** So much is wrong that the rest was not read. */
  stoppedEarly?: true;
}

export interface Course {
  /** What is being done, in words. */
  doing: string;
  /** Sagas that have been read, of about so many. */
  sagas: number;
  of: number;
  /** Rows that are in memory. */
  held: number;
}

export interface Reader {
  kept: KeptDays;
  /** Rows of a kind that are fetched, and held, at once. */
  rowsAtOnce: number;
  /** Breaches after which nothing more is read: they are all kept. */
  breachesMax: number;
  /** Told how far it is. */
  tell: (course: Course) => void;
}

/** Rows about orders, by kind. A type and not an interface: every name in it is one of a row. */
type AboutOrders = {
  finished: FinishedSaga;
  moving: MovingSaga;
  answers: KeyAnswer;
  orders: OrderRow;
  reservations: ReservationRow;
  payments: PaymentRow;
};

/**
 * Reads all there is and judges it, however much it is: order by order in buckets, side by side in the
 * four databases, and what no single order shows by their own sums.
 */
export function examine(urls: DatabaseUrls, reader: Reader): Promise<Examined> {
  return inSnapshots(urls, async (snapshots) => {
    const of = await estimateSagas(snapshots.orchestrator);
    const definitions = await readDefinitions(snapshots.orchestrator);
    const tell = ({ judged, moving }: Examined, doing: string, held = 0) => {
      reader.tell({ doing, sagas: judged + moving, of, held });
    };
    const found: Examined = { breaches: [], judged: 0, moving: 0 };
    tell(found, 'comparing orders');
    for await (const { rows, held } of inBuckets<AboutOrders>(sources(snapshots, reader))) {
      const there = await sagasThere(snapshots.orchestrator, perhapsRemoved(rows));
      found.breaches.push(...breachesOf({ ...rows, there, definitions }));
      found.judged += rows.finished.length;
      found.moving += rows.moving.length;
      tell(found, 'comparing orders', held);
      if (found.breaches.length >= reader.breachesMax) return { ...found, stoppedEarly: true };
    }
    tell(found, 'reading logs and stock');
    const breaches = found.breaches.concat(await breachesAtLarge(snapshots, definitions, reader));
    const isFull = breaches.length >= reader.breachesMax;
    return { ...found, breaches, ...(isFull && { stoppedEarly: true }) };
  });
}

function sources({ orchestrator, orders, inventory, payments }: Snapshots, reader: Reader) {
  const { kept, rowsAtOnce } = reader;
  return {
    finished: orchestrator.batches<FinishedSaga>(FINISHED_SAGAS, rowsAtOnce),
    moving: orchestrator.batches<MovingSaga>(MOVING_SAGAS, rowsAtOnce),
    answers: orchestrator.batches<KeyAnswer>(ANSWERS, rowsAtOnce),
    orders: orders.batches<OrderRow>(ordersSql(kept), rowsAtOnce),
    reservations: inventory.batches<ReservationRow>(RESERVATIONS, rowsAtOnce),
    payments: payments.batches<PaymentRow>(PAYMENTS, rowsAtOnce),
  };
}
