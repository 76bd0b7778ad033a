import { describe } from '@jest/globals';
import {
  done,
  inventory,
  orchestrator,
  orders,
  payments,
  type Plant,
  type Planted,
  SAGA_LOST,
  tellsEach,
} from './testing/planted.js';

/** As if commands without a saga had done it all. */
const WITHOUT_SAGA: readonly Plant[] = [
  ...SAGA_LOST,
  orders('UPDATE orders SET saga_id = NULL WHERE id = $id'),
  inventory('UPDATE reservations SET saga_id = NULL WHERE order_id = $id'),
  payments('UPDATE payments SET saga_id = NULL WHERE order_id = $id'),
];
const NEVER_PAID: readonly Plant[] = [
  payments('DELETE FROM payments WHERE order_id = $id'),
  payments('DELETE FROM bank.charges WHERE key = $id'),
];

const PLANTED: readonly Planted[] = [
  done([], 'an order without a saga that was paid and sold (allowed)', WITHOUT_SAGA),
  done([2], 'an order that was confirmed without a saga and never paid', [
    ...WITHOUT_SAGA,
    ...NEVER_PAID,
  ]),
  done([2], 'an order that was confirmed without a saga after its payment was declined', [
    ...WITHOUT_SAGA,
    payments(`UPDATE payments SET status = 'FAILED' WHERE order_id = $id`),
    payments(`UPDATE bank.charges SET decision = 'DECLINED' WHERE key = $id`),
  ]),
  done([2], 'an order without a saga whose payment was refunded and which is CONFIRMED', [
    ...WITHOUT_SAGA,
    payments(`UPDATE payments SET status = 'REFUNDED' WHERE order_id = $id`),
    payments(`INSERT INTO bank.refunds (key, amount) VALUES ($id, '59.98')`),
  ]),
  done([2], 'an order without a saga whose stock was released and which is CONFIRMED', [
    ...WITHOUT_SAGA,
    inventory(`UPDATE reservations SET status = 'RELEASED' WHERE order_id = $id`),
    inventory('UPDATE products SET stock_quantity = 10 WHERE id = $id'),
  ]),
  done([2], 'an order without a saga that was paid with another amount than its total', [
    ...WITHOUT_SAGA,
    payments(`UPDATE payments SET amount = '0.01' WHERE order_id = $id`),
    payments(`UPDATE bank.charges SET amount = '0.01' WHERE key = $id`),
  ]),
  done(
    [2],
    'an order that was confirmed and never paid, beside its saga that is parked and says why',
    [
      orchestrator(`UPDATE saga_state SET status = 'RUNNING', current_step = 'ORDER_CONFIRMED',
        wake_at = now(), needs_attention = true, last_error = '{"code":"X"}'
      WHERE saga_id = $saga`),
      ...NEVER_PAID,
    ],
  ),
  done([2, 7], 'an order that was confirmed and never paid, and whose saga does not exist', [
    ...SAGA_LOST,
    ...NEVER_PAID,
  ]),
];

describe('reconciling CONFIRMED orders without a finished saga', () => tellsEach(PLANTED));
