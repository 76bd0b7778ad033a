export { FastValidation, validateFast } from './fast-validation.js';
export * from './account-requests.dto.js';
export * from './account-roles.js';
export * from './admin-requests.dto.js';
export { bodyProblems } from './body-problems.js';
export * from './bulk-view.js';
export * from './caller-id.js';
export * from './cancel-order.dto.js';
export * from './card-form.dto.js';
export * from './card-token.js';
export * from './cart.js';
export * from './cart-requests.dto.js';
export * from './chaos-knobs.js';
export * from './chaos-push.js';
export * from './checkout-batch.js';
export * from './checkout-lines.js';
export * from './checkout-request.dto.js';
export * from './delivery.js';
export * from './demo-accounts.js';
export * from './error-codes.js';
export * from './forwarded-checkout.dto.js';
export * from './fulfil-order.dto.js';
export * from './history-query.js';
export * from './idempotency-key.js';
export * from './inventory-commands.js';
export { LINES_MAX, QUANTITY_MAX } from './lines.decorator.js';
export * from './log-lines.js';
export * from './mock-cards.js';
export * from './money.js';
export * from './operations-health.js';
export * from './operations-view.js';
export * from './operator-actions-view.js';
export {
  OrderCancelCommand,
  OrderCreateCommand,
  type OrderCreated,
  type OrderLifecycle,
  type OrderEventsView,
  type OrderEventView,
  type OrderView,
  type OwnedOrderView,
  type Success,
  type VersionedOrderView,
} from './order-commands.js';
export * from './order-id.command.js';
export * from './order-list-query.js';
export * from './order-stage-commands.js';
export * from './packets.js';
export * from './page.js';
export * from './payment-commands.js';
export * from './place-order.dto.js';
export * from './prefer.js';
export * from './product-query.js';
export * from './product-requests.dto.js';
export * from './public-saga.js';
export * from './queues.js';
export * from './read-json.js';
export * from './retention.js';
export * from './saga-metrics-view.js';
export * from './saga-search.js';
export * from './saga-view.js';
export * from './statuses.js';
export * from './uuid.js';
export { HasVisibleText } from './visible-text.js';
