const CONSUMER = 'order-totals';

const TABLES = `
  CREATE TABLE IF NOT EXISTS event_inbox (
    consumer text, event_id text, received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, event_id));
  CREATE TABLE IF NOT EXISTS order_totals (
    order_id uuid PRIMARY KEY, version integer NOT NULL, status text NOT NULL,
    total numeric, currency text)`;

const RECEIVE = `INSERT INTO event_inbox (consumer, event_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`;
const STORED = 'SELECT version FROM order_totals WHERE order_id = $1 FOR UPDATE';
const STORE = `INSERT INTO order_totals AS t (order_id, version, status, total, currency)
  VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (order_id) DO UPDATE SET version = excluded.version, status = excluded.status,
    total = coalesce(excluded.total, t.total), currency = coalesce(excluded.currency, t.currency)
  WHERE t.version < excluded.version`;

export class Inbox {
  /** `readOrder` asks the shop how an order is now. */
  constructor(client, readOrder) {
    this.client = client;
    this.readOrder = readOrder;
  }

  async prepare() {
    await this.client.query(TABLES);
  }

  /**
   * Applies the events of a message and records that they came, in one transaction: an event that comes again
   * changes nothing. Resolves to the number of events that were new.
   */
  async receive(events) {
    await this.client.query('BEGIN');
    try {
      let applied = 0;
      for (const event of events) if (await this.isNew(event)) applied += await this.apply(event);
      await this.client.query('COMMIT');
      return applied;
    } catch (error) {
      await this.client.query('ROLLBACK');
      throw error;
    }
  }

  async isNew({ id }) {
    return (await this.client.query(RECEIVE, [CONSUMER, id])).rowCount === 1;
  }

  async apply({ subject: orderId, sequence, data }) {
    const version = Number(sequence);
    const { rows } = await this.client.query(STORED, [orderId]);
    const known = rows[0]?.version ?? 0;
    if (version <= known) return 0; // told by a later read of the order
    if (version === known + 1) {
      const { status, totalAmount, currency } = data;
      await this.store(orderId, version, status, totalAmount, currency);
      return 1;
    }
    // An event is missing: this consumer is younger than the order, or its queue was lost.
    const order = await this.readOrder(orderId);
    await this.store(orderId, order.version, order.status, order.totalAmount, order.currency);
    return 1;
  }

  async store(orderId, version, status, total = null, currency = null) {
    await this.client.query(STORE, [orderId, version, status, total, currency]);
  }
}
