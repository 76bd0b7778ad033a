import type { SimulationOptions } from '@backstitch/saga-engine/testing';
import { checkoutSaga } from '../../sagas/checkout/checkout-saga.js';
import type { CheckoutInput } from '../../sagas/checkout/checkout.js';
import { TIMING } from '../timing.js';
import { SimulatedShop } from './simulated-shop.js';

export { keptSeeds } from './kept-seeds.js';

const checkout = checkoutSaga(TIMING);

/** The checkout among its participants, while an upgrade goes on; `pnpm simulate` runs it at scale. */
const simulation: SimulationOptions<CheckoutInput> = {
  definition: checkout,
  otherVersions: [{ ...checkout, version: checkout.version + 1 }],
  input: {
    userId: 'user-123',
    items: [{ productId: 'product-1', quantity: 1, price: '29.99' }],
    totalAmount: '29.99',
  },
  sagas: 2,
  participants: (world) => new SimulatedShop(world),
};

export default simulation;
