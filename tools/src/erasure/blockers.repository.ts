import type pg from 'pg';
import type { Replacement } from './person.js';
import { matching } from './matching.js';

/** What has to end before a person can be erased. */
export interface Blockers {
  sagaIds: string[];
  deadLetterIds: string[];
  productIds: string[];
}

const LISTED_MAX = 100;

/** Unfinished sagas, dead letters that may be replayed, and products on sale of a person. */
export async function findBlockers(
  { orchestrator, inventory }: { orchestrator: pg.Client; inventory: pg.Client },
  replacements: readonly Replacement[],
): Promise<Blockers> {
  const find = async (client: pg.Client, place: Place): Promise<string[]> => {
    const { condition, finds } = matching(place, replacements);
    const sql = `SELECT ${place.id}::text AS id FROM ${place.table}
      WHERE ${place.where} AND ${condition} LIMIT ${LISTED_MAX}`;
    const { rows } = await client.query<{ id: string }>(sql, finds);
    return rows.map(({ id }) => id);
  };
  const findAny = async (client: pg.Client, places: readonly Place[]): Promise<string[]> => {
    const found = new Set<string>();
    for (const place of places) for (const id of await find(client, place)) found.add(id);
    return [...found];
  };
  return {
    sagaIds: await findAny(orchestrator, UNFINISHED_SAGAS),
    deadLetterIds: await find(orchestrator, OPEN_DEAD_LETTERS),
    productIds: await find(inventory, PRODUCTS_ON_SALE),
  };
}

interface Place {
  table: string;
  id: string;
  column: string;
  type: 'text' | 'jsonb' | 'bytea';
  where: string;
}

/** What a saga still works with: what it was started with, and what it keeps of answers and signals. */
const UNFINISHED_SAGAS: readonly Place[] = ['input', 'kept', 'waits'].map((column) => ({
  table: 'saga_state',
  id: 'saga_id',
  column,
  type: 'jsonb',
  where: `status NOT IN ('DONE', 'COMPENSATED')`,
}));

/** A replay would send the original bytes. */
const OPEN_DEAD_LETTERS: Place = {
  table: 'dead_letters',
  id: 'id',
  column: 'bytes',
  type: 'bytea',
  where: `state IN ('open', 'replaying')`,
};

const PRODUCTS_ON_SALE: Place = {
  table: 'products',
  id: 'id',
  column: 'seller_id',
  type: 'text',
  where: 'archived_at IS NULL',
};
