import type { Orchestrators } from './orchestrators.js';

/** Changes to copies of a saga's row, as SQL: such as `{ owner: 'gen_random_uuid()' }`. */
export type Changes = Readonly<Record<string, string>>;

/** So many more sagas that stand where the oldest unfinished one stands, but for the changes. */
export async function copySaga(
  shop: Pick<Orchestrators, 'query'>,
  count: number,
  changes: Changes,
): Promise<void> {
  const columns = await shop.query(
    `SELECT attname AS name FROM pg_attribute
      WHERE attrelid = 'saga_state'::regclass AND attnum > 0 AND NOT attisdropped`,
  );
  const names = columns.map(({ name }) => String(name));
  const wanted: Changes = {
    saga_id: 'gen_random_uuid()',
    order_id: 'gen_random_uuid()',
    ...changes,
  };
  await shop.query(
    `INSERT INTO saga_state (${names.join(', ')})
      SELECT ${names.map((name) => wanted[name] ?? name).join(', ')}
      FROM (SELECT * FROM saga_state WHERE status IN ('RUNNING', 'COMPENSATING')
        ORDER BY created_at LIMIT 1) AS one, generate_series(1, $1)`,
    [count],
  );
}
