import type { Statement } from '@backstitch/database';
import { fromMinor, type ProductView, toMinor } from '@backstitch/shared-types';
import type { CataloguePage } from './catalogue-page.js';

export interface ProductRow {
  id: string;
  name: string;
  description: string;
  price: string;
  stock_quantity: number;
  seller_id: string | null;
  category: string | null;
  image_url: string | null;
  is_available: boolean;
  archived_at: Date | null;
  details_version: number;
}

export const PRODUCT_COLUMNS = `id, name, description, price, stock_quantity, seller_id, category,
  image_url, is_available, archived_at, details_version`;

/** The index `listed_products_by_text` has this expression. */
const TEXT = `to_tsvector('simple', left(name, 1000) || ' ' || left(description, 10000))`;
const IN_ORDER = 'ORDER BY left(name, 100), id';

/** Adds a value to those of the statement, and returns its place in the text. */
type Parameter = (value: unknown) => string;

interface Condition {
  /** In the name of the statement. */
  name: string;
  sql: (parameter: Parameter) => string;
}

/**
 * Reads one page. Each combination of filters is a statement of its own, and each but the search and
 * the list of ids reads an index from where the page begins, and no more than the page.
 */
export function pageStatement(page: CataloguePage): Statement {
  const conditions = conditionsOf(page);
  const values: unknown[] = [];
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const where = [
    'price > 0',
    'archived_at IS NULL',
    ...conditions.map(({ sql }) => sql(parameter)),
  ];
  const products = `SELECT ${PRODUCT_COLUMNS} FROM products WHERE ${where.join(' AND ')}`;
  const limit = parameter(page.limit);
  return {
    name: ['products', ...conditions.map(({ name }) => name)].join('_'),
    // In the order of the names, PostgreSQL would compare the text or the id of every product.
    text:
      page.words || page.ids
        ? `WITH found AS MATERIALIZED (${products}) SELECT * FROM found ${IN_ORDER} LIMIT ${limit}`
        : `${products} ${IN_ORDER} LIMIT ${limit}`,
    values,
  };
}

function conditionsOf({ category, words, ids, onlyOffered, after }: CataloguePage): Condition[] {
  const conditions: Condition[] = [];
  if (onlyOffered) conditions.push({ name: 'offered', sql: () => 'is_available' });
  if (category !== undefined) {
    conditions.push({ name: 'category', sql: (value) => `category = ${value(category)}` });
  }
  if (words) {
    const query = prefixes(words);
    const sql = (value: Parameter) => `${TEXT} @@ to_tsquery('simple', ${value(query)})`;
    conditions.push({ name: 'text', sql });
  }
  if (ids) conditions.push({ name: 'ids', sql: (value) => `id = ANY (${value(ids)}::uuid[])` });
  if (after) {
    const { name, id } = after;
    const sql = (value: Parameter) =>
      `(left(name, 100), id) > (left(${value(name)}, 100), ${value(id)}::uuid)`;
    conditions.push({ name: 'next', sql });
  }
  return conditions;
}

/** The words have letters and digits only, so they are no operators of a query. */
function prefixes(words: readonly string[]): string {
  return words.map((word) => `${word}:*`).join(' & ');
}

export function productView(row: ProductRow, currency: string, digits: number): ProductView {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    price: spelled(row.price, digits),
    currency,
    available: row.stock_quantity,
    sellerId: row.seller_id,
    category: row.category,
    imageUrl: row.image_url,
    isAvailable: row.is_available,
    version: row.details_version,
  };
}

/** "30.00" in a currency without minor digits is "30". */
function spelled(price: string, digits: number): string {
  const minor = toMinor(price, digits);
  return minor === undefined ? price : fromMinor(minor, digits);
}
