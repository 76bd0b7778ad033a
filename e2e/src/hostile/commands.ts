import * as fc from 'fast-check';
import { MOUSE } from '../shopper.js';

const items = fc.constant([{ productId: MOUSE, quantity: 1, price: '29.99' }]);
export const plain = (pattern: string) =>
  fc.record({ pattern: fc.constant(pattern), data: fc.record({ orderId: fc.uuid() }) });
const saga = fc.record({
  sagaId: fc.uuid(),
  step: fc.constant('S'),
  direction: fc.constantFrom('do', 'undo'),
  attempt: fc.nat(3),
});
export const creates = fc.record({
  pattern: fc.constant('order.create'),
  data: fc.record({
    orderId: fc.uuid(),
    userId: fc.constantFrom('user', 'line\n{"level":"error","msg":"forged"}', 'a\u0000b'),
    items,
    totalAmount: fc.constantFrom('29.99', '999999999999.99'),
  }),
  saga,
});
const stage = fc.constantFrom('PAID', 'PREPARING', 'READY', 'FULFILLED', 'FLYING');
const actorRole = fc.constantFrom('customer', 'seller', 'admin');
export const stageChanges = fc.record({
  pattern: fc.constantFrom(
    'order.advance',
    'order.progress',
    'order.begin-cancel',
    'order.end-cancel',
  ),
  data: fc.record(
    { orderId: fc.uuid(), stage, actorRole, cancellationId: fc.uuid() },
    { requiredKeys: ['orderId'] },
  ),
  saga,
});
export const returns = fc.record({
  pattern: fc.constantFrom('inventory.return', 'inventory.extend'),
  data: fc.record(
    {
      orderId: fc.uuid(),
      returnId: fc.uuid(),
      lines: items,
      disposition: fc.constantFrom('RESTOCK', 'WRITE_OFF'),
      until: fc.constantFrom('2026-11-30T12:00:00Z', 'now'),
    },
    { requiredKeys: ['orderId'] },
  ),
  saga,
});
export const reserves = fc.record({
  pattern: fc.constant('inventory.reserve'),
  data: fc.record({ orderId: fc.uuid(), items }),
  saga,
});
export const payments = fc.record({
  pattern: fc.constant('payment.process'),
  data: fc.record({ orderId: fc.uuid(), amount: fc.constantFrom('1.00', '999999999999.99') }),
  saga,
});

const amount = fc.constantFrom('1.00', '999999999999.99');
export const opens = fc.record({
  pattern: fc.constant('payment.open'),
  data: fc.record({
    orderId: fc.uuid(),
    amount,
    payBy: fc.constantFrom(
      '2026-11-30T12:00:00Z',
      '9999-12-31T23:59:59+14:00',
      '0001-01-01T00:00:00Z',
    ),
    attemptsMax: fc.constantFrom(1, 3, 20),
  }),
  saga,
});
export const pays = fc.record({
  pattern: fc.constant('payment.pay'),
  data: fc.record({
    orderId: fc.uuid(),
    key: fc.constantFrom('key', '"quoted"', 'k'.repeat(255)),
    token: fc.constantFrom('tok_visa_4242_0123456789abcdef', 'tok_visa_0002_0123456789abcdef'),
  }),
  saga,
});
export const moneyReturns = fc.record({
  pattern: fc.constant('payment.return'),
  data: fc.record({ orderId: fc.uuid(), refundId: fc.uuid(), amount }),
  saga,
});
