import type { Statement } from '@backstitch/database';
import type { OrderKind, OrderStage, OrderStatus } from '@backstitch/shared-types';
import { KIND, STAGE } from '../orders/orders.sql.js';
import type { OrderPage } from './order-list.js';

/** Rows that one page reads at most: with a rare filter it is short, and the next one goes on. */
export const SCAN_MAX = 2_000;
/** Rows that are read first: enough for a page of a list whose rows are nearly all shown. */
export const FIRST_SCAN = 200;

export type Scan = typeof FIRST_SCAN | typeof SCAN_MAX;

export interface ListedOrder {
  id: string;
  userId: string | null;
  kind: OrderKind;
  sellerId: string | null;
  status: OrderStatus;
  stage: OrderStage;
  /** As numeric(14,2) says it. */
  totalAmount: string | null;
  currency: string;
  sagaId: string | null;
  version: number;
  createdAt: string;
  updatedAt: string;
}

export interface ListedRow {
  /** One more than the limit, where there is one. Null: none. */
  orders: ListedOrder[] | null;
  scanned: number;
  /** The last id that was read. */
  last: string | null;
}

const time = (column: string) =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const SCOPES = {
  user: 'user_id = $1',
  seller: 'seller_id = $3',
  all: 'true',
} as const;

/** Each scope and each number of rows has a text of its own, and so a plan by its index. */
const textOf = (scope: keyof typeof SCOPES, scan: Scan) => `
  WITH scanned AS MATERIALIZED (
    SELECT * FROM orders WHERE ${SCOPES[scope]} AND id >= $5 AND id < $6
    ORDER BY id DESC LIMIT ${scan}
  ), page AS (
    SELECT * FROM scanned o
    WHERE ($1::text IS NULL OR user_id = $1)
      AND ($2::text IS NULL OR coalesce(caller, 'o:' || user_id) = $2)
      AND ($3::text IS NULL OR seller_id = $3) AND ${STAGE('o')} = ANY ($4::text[])
    ORDER BY id DESC LIMIT $7
  )
  SELECT (SELECT count(*)::int FROM scanned) AS scanned,
    (SELECT id FROM scanned ORDER BY id LIMIT 1) AS last,
    (SELECT json_agg(json_build_object('id', id, 'userId', user_id, 'kind', ${KIND('o')},
      'sellerId', seller_id, 'status', status, 'stage', ${STAGE('o')},
      'totalAmount', total_amount::text, 'currency', currency, 'sagaId', saga_id,
      'version', version, 'createdAt', ${time('created_at')}, 'updatedAt', ${time('updated_at')})
      ORDER BY id DESC) FROM page o) AS orders`;

const textsOf = (scan: Scan) => ({
  user: textOf('user', scan),
  seller: textOf('seller', scan),
  all: textOf('all', scan),
});
const TEXTS = { [FIRST_SCAN]: textsOf(FIRST_SCAN), [SCAN_MAX]: textsOf(SCAN_MAX) };

export function listStatement(page: OrderPage, scan: Scan): Statement {
  const { userId, caller, sellerId, stages, from, before, limit } = page;
  const bySeller = sellerId === undefined ? 'all' : 'seller';
  const scope = userId === undefined ? bySeller : 'user';
  return {
    name: `orders.list_${scope}_${scan}`,
    text: TEXTS[scan][scope],
    values: [userId ?? null, caller ?? null, sellerId ?? null, stages, from, before, limit + 1],
  };
}
