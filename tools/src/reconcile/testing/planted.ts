import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { DatabaseName } from '../reading/rows.js';
import { reconcile, type Reconciliation } from '../reconcile.js';
import { sagaOf, SeededDatabases } from './seeded-databases.js';

/** A statement on one of the databases, with the names that SeededDatabases.run knows. */
export type Plant = readonly [DatabaseName, string];

/** A checkout in which something is made wrong. */
export interface Planted {
  /** The invariants that tell it, under the ids of the order, its product, its saga or its bank key. */
  breaks: readonly number[];
  what: string;
  on: 'DONE' | 'COMPENSATED';
  plant: readonly Plant[];
}

const planted =
  (on: Planted['on']) =>
  (breaks: Planted['breaks'], what: string, plant: Planted['plant']): Planted => {
    return { on, breaks, what, plant };
  };
export const done = planted('DONE');
export const undone = planted('COMPENSATED');

const statementOn =
  (database: DatabaseName) =>
  (sql: string): Plant => [database, sql];
export const orders = statementOn('orders');
export const inventory = statementOn('inventory');
export const payments = statementOn('payments');
export const orchestrator = statementOn('orchestrator');

/** As if a saga, and the key that names it, had never been. */
export const SAGA_LOST: readonly Plant[] = [
  orchestrator('DELETE FROM saga_state WHERE saga_id = $saga'),
  orchestrator('DELETE FROM idempotency_keys WHERE saga_id = $saga'),
];

/** Makes something wrong in the checkout of this order. */
export async function plantAt(
  databases: SeededDatabases,
  id: string,
  plant: readonly Plant[],
): Promise<void> {
  for (const [database, sql] of plant) await databases.run(database, sql, id);
}

/** The invariants of which a breach is told about the checkout of this order, each once. */
export function invariantsTold({ breaches }: Reconciliation, id: string): number[] {
  const own = breaches.filter((breach) => breach.id === id || breach.id === sagaOf(id));
  return [...new Set(own.map(({ invariant }) => invariant))];
}

/** A checkout for each case, with what is planted in it; resolves to their orders. */
export async function plantAll(
  databases: SeededDatabases,
  cases: readonly Planted[],
): Promise<string[]> {
  const ids: string[] = [];
  for (const { on, plant } of cases) {
    const id = await databases.checkout(on);
    ids.push(id);
    await plantAt(databases, id, plant);
  }
  return ids;
}

/** Plants all cases before the tests of a block, and has a test for each; told what was planted where. */
export function tellsEach(
  cases: readonly Planted[],
  use: (databases: SeededDatabases, ids: readonly string[]) => void = () => undefined,
): void {
  let databases: SeededDatabases | undefined;
  let ids: string[];
  let found: Reconciliation;
  beforeAll(async () => {
    databases = await SeededDatabases.open();
    ids = await plantAll(databases, cases);
    found = await reconcile(databases.urls);
    use(databases, ids);
  }, 60_000);
  afterAll(() => databases?.close());

  it.each(cases.map((one, index) => ({ ...one, index })))(
    'tells $what as a breach of $breaks',
    ({ index, breaks }) => expect(invariantsTold(found, ids[index]!)).toEqual(breaks),
  );
}
