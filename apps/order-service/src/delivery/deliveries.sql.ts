import type { Statement } from '@backstitch/database';
import type { Delivery, DeliveryView } from '@backstitch/shared-types';

/** As JSON of the database: its times are spelled otherwise. */
export type DeliveryRow = DeliveryView;

export function deliveryView({ erasedAt, ...delivery }: DeliveryRow): DeliveryView {
  return { ...delivery, erasedAt: erasedAt && new Date(erasedAt).toISOString() };
}

/** The first delivery of an order stays: a request that is sent again changes nothing. */
export function keepDelivery(orderId: string, caller: string, delivery: Delivery): Statement {
  const { kind, name, phone, address, table } = delivery;
  const texts = [name, phone, address, table].map((text) => text ?? null);
  return {
    name: 'delivery.keep',
    text: `INSERT INTO order_delivery (order_id, caller, kind, name, phone, address, table_no)
      VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (order_id) DO NOTHING`,
    values: [orderId, caller, kind, ...texts],
  };
}

/** Of the deliveries of two days, those whose order was cancelled, or never made. */
export function removeUnordered(): Statement {
  return {
    name: 'delivery.remove_unordered',
    text: `DELETE FROM order_delivery d
      WHERE created_at BETWEEN now() - interval '3 days' AND now() - interval '1 day'
        AND NOT EXISTS (SELECT FROM orders o WHERE o.id = d.order_id AND o.status <> 'CANCELLED')
      RETURNING order_id`,
    values: [],
  };
}
