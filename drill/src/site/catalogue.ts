/** What the drill's shop sells. */
export interface Product {
  id: string;
  price: string;
  stock: number;
}

const PLENTY = 10_000_000;
const id = (number: number): string =>
  `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

/** Always there, at different prices. */
export const PLAIN: readonly Product[] = Array.from({ length: 40 }, (_, index) => ({
  id: id(index + 1),
  price: `${5 + index}.${String((index * 37) % 100).padStart(2, '0')}`,
  stock: PLENTY,
}));
/** Many shoppers want this one. */
export const HOT: Product = { id: id(100), price: '29.99', stock: PLENTY };
/** Runs out, and is restocked now and then. */
export const SCARCE: Product = { id: id(200), price: '19.99', stock: 20 };
/** There is none, and none will come. */
export const SOLD_OUT: Product = { id: id(300), price: '9.99', stock: 0 };
/** Not in the catalogue. */
export const UNKNOWN: Product = { id: id(999), price: '1.00', stock: 0 };

const CATALOGUE = [...PLAIN, HOT, SCARCE, SOLD_OUT];

/** In one transaction that names itself a seed: the stock ledger records it like any other. */
export function catalogueSql(): string {
  const rows = CATALOGUE.map(
    ({ id, price, stock }) => `('${id}', 'Product ${id.slice(-3)}', ${stock}, ${price})`,
  );
  return `BEGIN;
    SET LOCAL backstitch.stock_move = 'SEED';
    INSERT INTO products (id, name, stock_quantity, price) VALUES ${rows.join(', ')};
    COMMIT;`;
}

/** More of the scarce product; the ledger's trigger records it. */
export function restockSql(): string {
  return `BEGIN;
    SET LOCAL backstitch.stock_move = 'RESTOCK';
    UPDATE products SET stock_quantity = stock_quantity + ${SCARCE.stock} WHERE id = '${SCARCE.id}';
    COMMIT;`;
}
