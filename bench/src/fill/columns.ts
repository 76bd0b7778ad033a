/** A column as the catalogue describes it. */
export interface Column {
  name: string;
  /** information_schema's data_type. */
  type: string;
  /** The database makes its value (an identity, a generated column). */
  isMade: boolean;
}

/** Ids of what every copy has in common. */
const SHARED = new Set(['product_id', 'owner', 'instance_id']);
/** Texts that must be different in each copy, and the same wherever they name the same thing. */
const KEYS = new Set(['key', 'provider_key', 'request_id']);

/**
 * The n-th copy of a value, as an expression over the template row `t` and the number `n`: ids and keys
 * become others, the same wherever the same one stands; moments move into the past by `shift`.
 */
export function copyOf({ name, type }: Column): string {
  const value = `t."${name}"`;
  if (type.startsWith('timestamp')) return `${value} - shift`;
  if (SHARED.has(name)) return value;
  // The text of an id and the id itself have the same copy.
  if (type === 'uuid') return `md5(${value}::text || n)::uuid`;
  if (type === 'text' && KEYS.has(name)) return `md5(${value} || n)::uuid::text`;
  return value;
}

export interface Spread {
  /** Number of the first copy and of the last. */
  from: number;
  to: number;
  /** Copies in all; the last of them is `days` old. */
  copies: number;
  days: number;
}

/** Adds copies of the rows of a template to the table that they were taken from. */
export function copySql(
  table: string,
  template: string,
  columns: readonly Column[],
  { from, to, copies, days }: Spread,
): string {
  const given = columns.filter(({ isMade }) => !isMade);
  return `INSERT INTO ${table} (${given.map(({ name }) => `"${name}"`).join(', ')})
    SELECT ${given.map(copyOf).join(', ')}
    FROM generate_series(${from}, ${to}) n,
      LATERAL (SELECT interval '${days} days' * n / ${copies} AS shift) moved, ${template} t`;
}
