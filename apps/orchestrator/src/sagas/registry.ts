import type { OrchestratorConfig } from '../config.js';
import type { HostedSaga } from '../host/saga-routes.js';
import { cancellation } from './cancellation/cancellation.entry.js';
import { checkout } from './checkout/checkout.entry.js';
import { progress } from './progress/progress.entry.js';
import { marketplaceOrder } from './marketplace-order/marketplace-order.entry.js';

/**
 * Every saga of this orchestrator, once. A new saga is a folder beside this file and a line here. A
 * version stays in its saga's `definitions` until its last saga has ended.
 */
export function registeredSagas(config: OrchestratorConfig): HostedSaga[] {
  return [checkout(config), cancellation(config), marketplaceOrder(config), progress(config)];
}
