import type { Statement } from '@backstitch/database';
import { PRODUCT_COLUMNS, type ProductRow } from './catalogue.sql.js';
import type { OwnProduct, ProductDetails, StockMoveKind } from './product-changes.js';

/** A change of stock as the ledger records it. */
export interface Booking {
  kind: StockMoveKind;
  actor: string;
  reason: string;
}

/** The trigger of the ledger reads these settings of the transaction. */
export function bookAs({ kind, actor, reason }: Booking): Statement {
  return {
    name: 'book_as',
    text: `SELECT set_config('backstitch.stock_move', $1, true),
      set_config('backstitch.actor', $2, true), set_config('backstitch.reason', $3, true)`,
    values: [kind, actor, reason],
  };
}

export function insertProduct(sellerId: string, details: ProductDetails, stock: number): Statement {
  return {
    name: 'insert_product',
    text: `INSERT INTO products
        (seller_id, stock_quantity, name, description, price, category, image_url, is_available)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING ${PRODUCT_COLUMNS}`,
    values: [sellerId, stock, ...valuesOf(details)],
  };
}

/** A product of another seller is not found. */
export function lockOwnProduct(id: string, sellerId: string): Statement {
  return {
    name: 'lock_own_product',
    text: `SELECT ${PRODUCT_COLUMNS} FROM products WHERE id = $1 AND seller_id = $2 FOR UPDATE`,
    values: [id, sellerId],
  };
}

export function writeDetails(id: string, details: ProductDetails): Statement {
  return {
    name: 'write_product_details',
    text: `UPDATE products SET name = $2, description = $3, price = $4, category = $5,
        image_url = $6, is_available = $7, details_version = details_version + 1
      WHERE id = $1 RETURNING ${PRODUCT_COLUMNS}`,
    values: [id, ...valuesOf(details)],
  };
}

export function archiveProduct(id: string): Statement {
  return {
    name: 'archive_product',
    text: `UPDATE products SET archived_at = now(), details_version = details_version + 1
      WHERE id = $1 RETURNING ${PRODUCT_COLUMNS}`,
    values: [id],
  };
}

export function moveStock(id: string, change: number): Statement {
  return {
    name: 'move_stock',
    text: `UPDATE products SET stock_quantity = stock_quantity + $2, version = version + 1
      WHERE id = $1 RETURNING ${PRODUCT_COLUMNS}`,
    values: [id, change],
  };
}

function valuesOf(details: ProductDetails): unknown[] {
  const { name, description, price, category, imageUrl, isAvailable } = details;
  return [name, description, price, category, imageUrl, isAvailable];
}

export function ownProductFrom(row: ProductRow): OwnProduct {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    price: row.price,
    category: row.category,
    imageUrl: row.image_url,
    isAvailable: row.is_available,
    version: row.details_version,
    stock: row.stock_quantity,
    isArchived: row.archived_at !== null,
  };
}
