import { Problem, validationProblem } from '@backstitch/service-kit';
import {
  type ChangeProductDto,
  type CreateProductDto,
  fromMinor,
  priceRule,
  toPriceMinor,
} from '@backstitch/shared-types';

/** What the catalogue shows of a product, apart from its stock. */
export interface ProductDetails {
  name: string;
  description: string;
  price: string;
  category: string | null;
  imageUrl: string | null;
  isAvailable: boolean;
}

/** A product as read under its row lock. */
export interface OwnProduct extends ProductDetails {
  id: string;
  version: number;
  stock: number;
  isArchived: boolean;
}

export type StockMoveKind = 'RESTOCK' | 'WRITE_OFF';

/** In stock at most; what is reserved and given back still fits the column. */
const STOCK_MAX = 1_000_000_000;

/** The decisions about one product. They throw the problem that answers the seller. Pure. */

export function newDetails(request: CreateProductDto, digits: number): ProductDetails {
  const { name, description = '', price, category = null, imageUrl = null } = request;
  const isAvailable = request.isAvailable ?? true;
  return { name, description, price: priceOf(price, digits), category, imageUrl, isAvailable };
}

export function changedDetails(
  product: OwnProduct,
  change: ChangeProductDto,
  digits: number,
): ProductDetails {
  const { name, description, price, category, imageUrl, isAvailable } = change;
  const given = [name, description, price, category, imageUrl, isAvailable];
  if (given.every((value) => value === undefined)) {
    const fields = 'name, description, price, category, imageUrl, isAvailable';
    throw validationProblem([{ field: 'body', message: `body must have one of ${fields}` }]);
  }
  const newPrice = price === undefined ? product.price : priceOf(price, digits);
  requireNotArchived(product);
  if (change.version !== product.version) throw changedMeanwhile(change.version, product.version);
  return {
    name: name ?? product.name,
    description: description ?? product.description,
    price: newPrice,
    category: category === undefined ? product.category : category,
    imageUrl: imageUrl === undefined ? product.imageUrl : imageUrl,
    isAvailable: isAvailable ?? product.isAvailable,
  };
}

/** What a restock or a write-off adds to the stock. An archived product can be written off. */
export function stockChange(kind: StockMoveKind, quantity: number, product: OwnProduct): number {
  const { name, stock } = product;
  if (kind === 'WRITE_OFF') {
    if (quantity <= stock) return -quantity;
    const detail = `${name}: ${quantity} to write off, ${stock} in stock and not reserved.`;
    throw new Problem('INSUFFICIENT_STOCK', detail, { extensions: { available: stock } });
  }
  requireNotArchived(product);
  if (stock + quantity <= STOCK_MAX) return quantity;
  const message = `quantity must be at most ${STOCK_MAX - stock}: the stock may be ${STOCK_MAX}`;
  throw validationProblem([{ field: 'quantity', message }]);
}

function requireNotArchived({ name, isArchived }: OwnProduct): void {
  if (isArchived) throw new Problem('PRODUCT_UNAVAILABLE', `${name} is archived.`);
}

function changedMeanwhile(asked: number, present: number): Problem {
  const detail = `The product is at version ${present}, not ${asked}. Read it and change it again.`;
  return new Problem('PRODUCT_CHANGED', detail, { extensions: { version: present } });
}

function priceOf(price: string | number, digits: number): string {
  const minor = toPriceMinor(price, digits);
  if (minor !== undefined) return fromMinor(minor, digits);
  const message = `price must be ${priceRule(digits)}`;
  throw validationProblem([{ field: 'price', message }]);
}
