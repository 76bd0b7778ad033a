import { newAccount, type Account } from './account.js';
import type { System } from './system.js';

export interface MarketAnswer {
  status: number;
  replayed: boolean;
  body: {
    orderId: string;
    sagaId: string;
    stage?: string;
    code?: string;
    allowed?: string[];
    attemptsLeft?: number;
    declineCode?: string;
    [member: string]: unknown;
  };
}

export const PAYS = '4242424242424242';
export const DECLINED = '4000000000000002';

/** A seller with one product, and a customer, who act through the gateway. */
export class Market {
  private keys = 0;

  private constructor(
    readonly system: System,
    readonly seller: Account,
    readonly customer: Account,
    readonly productId: string,
  ) {}

  static async open(system: System, stock: number): Promise<Market> {
    const seller = await newAccount(system, { roles: ['customer', 'seller'] });
    const customer = await newAccount(system);
    const response = await fetch(`${system.gatewayUrl}/api/products`, {
      method: 'POST',
      headers: { ...seller.headers, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Lamp', price: '4.50', stock }),
    });
    if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
    const { id } = (await response.json()) as { id: string };
    return new Market(system, seller, customer, id);
  }

  async post(path: string, by: Account, body?: object, key?: string): Promise<MarketAnswer> {
    const response = await fetch(`${this.system.gatewayUrl}/api/${path}`, {
      method: 'POST',
      headers: {
        ...by.headers,
        ...(body && { 'content-type': 'application/json' }),
        ...(key !== undefined && { 'idempotency-key': key }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const replayed = response.headers.get('idempotent-replayed') === 'true';
    const answered = (await response.json()) as MarketAnswer['body'];
    return { status: response.status, replayed, body: answered };
  }

  place(quantity: number, key?: string): Promise<MarketAnswer> {
    const items = [{ productId: this.productId, quantity, price: '4.50' }];
    return this.post('orders', this.customer, { sellerId: this.seller.caller, items }, key);
  }

  act(orderId: string, act: string, body?: object, key?: string): Promise<MarketAnswer> {
    return this.post(`orders/${orderId}/${act}`, this.seller, body, key);
  }

  async pay(orderId: string, number: string, key = `pay-${(this.keys += 1)}`) {
    const token = await this.token(number);
    return this.payBy(orderId, token, key);
  }

  payBy(orderId: string, token: string, key: string): Promise<MarketAnswer> {
    return this.post(`orders/${orderId}/pay`, this.customer, { method: { token } }, key);
  }

  async token(number: string): Promise<string> {
    const card = { number, expiry: '12/99', cvc: '123' };
    const { body } = await this.post('cards', this.customer, card);
    return body.token as string;
  }

  /** Placed, and confirmed by the seller. */
  async accepted(quantity = 1): Promise<string> {
    const { body } = await this.place(quantity);
    const confirmed = await this.act(body.orderId, 'confirm');
    if (confirmed.body.stage !== 'AWAITING_PAYMENT') throw new Error(JSON.stringify(confirmed));
    return body.orderId;
  }

  async paid(quantity = 1): Promise<string> {
    const orderId = await this.accepted(quantity);
    const paid = await this.pay(orderId, PAYS);
    if (paid.body.stage !== 'PAID') throw new Error(JSON.stringify(paid));
    return orderId;
  }

  /** What can be bought, and what the shop still has. */
  async stock(): Promise<{ available: number; onHand: number }> {
    const sql = `SELECT stock_quantity AS available, stock_quantity + coalesce((
        SELECT sum(quantity) FROM reservation_items JOIN reservations USING (order_id)
         WHERE product_id = products.id AND status = 'ACTIVE'), 0)::int AS "onHand"
      FROM products WHERE id = $1`;
    const [row] = await this.system.rows<{ available: number; onHand: number }>('inventory', sql, [
      this.productId,
    ]);
    return row!;
  }

  async order(orderId: string): Promise<{ stage: string; status: string; allowed: string[] }> {
    const response = await fetch(`${this.system.gatewayUrl}/api/orders/${orderId}`, {
      headers: this.customer.headers,
    });
    return (await response.json()) as { stage: string; status: string; allowed: string[] };
  }

  /** Of the order, in the book of the bank. */
  async charges(orderId: string): Promise<number> {
    const sql = `SELECT count(*)::int AS count FROM payment_attempts
       JOIN bank.charges ON bank.charges.key = provider_ref AND decision = 'APPROVED'
       WHERE order_id = $1`;
    const [row] = await this.system.rows<{ count: number }>('payments', sql, [orderId]);
    return row!.count;
  }
}
