import type { Statement } from '@backstitch/database';
import type { Returned, StockReturn } from './stock-return.js';
import type { StockChange } from './stock-levels.js';

/** Inserts the return, unless it is there. Waits for a transaction that inserts it just now. */
export function claimReturn({
  returnId,
  orderId,
  sagaId,
  lines,
  disposition,
}: StockReturn): Statement {
  return {
    name: 'claim_return',
    text: `INSERT INTO stock_returns (return_id, order_id, saga_id, lines, disposition)
      VALUES ($1, $2, $3, $4, $5) ON CONFLICT (return_id) DO NOTHING RETURNING return_id`,
    values: [returnId, orderId, sagaId ?? null, JSON.stringify(lines), disposition],
  };
}

/** A return that is there, as far as a repeated command must be the same. */
export function readReturn(returnId: string): Statement {
  return {
    name: 'read_return',
    text: `SELECT order_id, lines, disposition FROM stock_returns WHERE return_id = $1`,
    values: [returnId],
  };
}

/** What a return comes to. The reservation keeps its status. */
export function writeReturn(
  { returnId, orderId, disposition }: StockReturn,
  { items, ledger }: Returned,
  moves: readonly StockChange[],
): Statement {
  return {
    name: 'write_return',
    text: `WITH moved AS (
        UPDATE products SET stock_quantity = stock_quantity + change, version = version + moves
        FROM unnest($1::uuid[], $2::int[], $3::int[]) AS move (product_id, change, moves)
        WHERE id = product_id
      ), booked AS (
        INSERT INTO stock_ledger (product_id, change, kind, reason)
        SELECT *, $4 FROM unnest($5::uuid[], $6::int[], $7::text[])
      )
      UPDATE reservation_items SET
        returned = returned + CASE WHEN $11 THEN 0 ELSE back.quantity END,
        written_off = written_off + CASE WHEN $11 THEN back.quantity ELSE 0 END
      FROM unnest($8::uuid[], $9::int[]) AS back (product_id, quantity)
      WHERE order_id = $10 AND reservation_items.product_id = back.product_id`,
    values: [
      moves.map(({ productId }) => productId),
      moves.map(({ change }) => change),
      moves.map((move) => move.moves),
      `return ${returnId}`,
      ledger.map(({ productId }) => productId),
      ledger.map(({ change }) => change),
      ledger.map(({ kind }) => kind),
      items.map(({ productId }) => productId),
      items.map(({ quantity }) => quantity),
      orderId,
      disposition === 'WRITE_OFF',
    ],
  };
}
