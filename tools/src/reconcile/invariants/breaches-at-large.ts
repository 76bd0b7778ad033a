import { each, type Breach } from './breach.js';
import { products, sagasOfSeveralOrders, strayCharges } from '../reading/read-participants.js';
import { keysOfNoSaga, readStories, sagasTelling } from '../reading/read-sagas.js';
import type { Definitions, SharedSaga, Story, StrayCharge } from '../reading/rows.js';
import type { Snapshots } from '../reading/snapshots.js';
import { stockProblem } from './stock-invariant.js';
import { storyProblem } from './story-invariant.js';

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
  const among = amongAtMost(breachesMax);
  const found = await Promise.all([
    storyBreaches(orchestrator, definitions).then(async (stories) => [
      ...stories,
      ...(await among(keysOfNoSaga(orchestrator, rowsAtOnce), (keys) =>
        each(7, keys, ({ sagaId }) => sagaId, ofNoSaga),
      )),
    ]),
    among(products(inventory, rowsAtOnce), (rows) =>
      each(1, rows, ({ productId }) => productId, stockProblem),
    ),
    among(strayCharges(payments, rowsAtOnce), (rows) => each(6, rows, ({ key }) => key, stray)),
    among(sagasOfSeveralOrders(orders, rowsAtOnce), (rows) =>
      each(7, rows, ({ sagaId }) => sagaId, shared),
    ),
  ]);
  return found.flat();
}

function amongAtMost(breachesMax: number) {
  return async <Row>(
    batches: AsyncIterable<Row[]>,
    breachesOf: (rows: Row[]) => Breach[],
  ): Promise<Breach[]> => {
    const found: Breach[] = [];
    for await (const rows of batches) {
      found.push(...breachesOf(rows));
      if (found.length >= breachesMax) break;
    }
    return found;
  };
}

/** A story that thousands of sagas share is checked once. */
async function storyBreaches(
  sagas: Snapshots['orchestrator'],
  definitions: Definitions,
): Promise<Breach[]> {
  const breaches: Breach[] = [];
  for (const story of await readStories(sagas)) {
    const problem = storyProblem(story, definitions.stepsOf(story));
    if (problem === undefined) continue;
    const some = await sagasTelling(sagas, story);
    breaches.push(
      ...some.map((id) => ({ invariant: 5, id, what: problem + moreThan(some, story) })),
    );
  }
  return breaches;
}

function moreThan(some: readonly string[], { count }: Story): string {
  return count > some.length ? ` (as ${count} sagas in all)` : '';
}

function ofNoSaga({ key }: { key: string }): string {
  return `the key ${key} names this saga, which does not exist`;
}

function stray({ decision }: StrayCharge): string {
  return `the bank has ${decision} under this key, and no payment has the key`;
}

function shared({ orders, one, other }: SharedSaga): string {
  const all = orders > 2 ? ` (of ${orders})` : '';
  return `the orders ${one} and ${other}${all} are both of this saga`;
}
