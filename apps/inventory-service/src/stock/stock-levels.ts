/** A product as read under its row lock. */
export interface Product {
  id: string;
  name: string;
  priceMinor: number;
  /** What may still be reserved: products.stock_quantity. */
  available: number;
  /** Its seller offers it, and it is not archived. */
  isOffered: boolean;
}

/** What a batch did to one product: the sum to add to its stock, and in how many moves. */
export interface StockChange {
  productId: string;
  change: number;
  moves: number;
}

interface Quantity {
  productId: string;
  quantity: number;
}

/** The locked products of one transaction, while its orders are decided one after another. */
export class StockLevels {
  private readonly products = new Map<string, Product>();
  private readonly changed = new Map<string, StockChange>();

  constructor(products: readonly Product[]) {
    for (const product of products) this.products.set(product.id, { ...product });
  }

  find(productId: string): Readonly<Product> | undefined {
    return this.products.get(productId);
  }

  /** Takes all the lines. The caller has checked that every one of them is there. */
  take(lines: readonly Quantity[]): void {
    for (const { productId, quantity } of lines) this.move(productId, -quantity);
  }

  putBack(lines: readonly Quantity[]): void {
    for (const { productId, quantity } of lines) this.move(productId, quantity);
  }

  changes(): StockChange[] {
    return [...this.changed.values()];
  }

  private move(productId: string, change: number): void {
    const product = this.products.get(productId);
    if (!product)
      throw new Error(`product ${productId} is not among the locked ones of this transaction`);
    product.available += change;
    if (product.available < 0) throw new Error(`product ${productId} would be oversold`);
    const sum = this.changed.get(productId) ?? { productId, change: 0, moves: 0 };
    sum.change += change;
    sum.moves += 1;
    this.changed.set(productId, sum);
  }
}
