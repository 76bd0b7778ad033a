import type { Caller } from '@backstitch/auth';
import { Problem, validationProblem } from '@backstitch/service-kit';
import {
  newUuid,
  PAGE_LIMIT_MAX,
  type PlaceOrderDto,
  type ProductView,
} from '@backstitch/shared-types';
import type { Admission } from '../admission/admission.js';
import type { Deliveries } from '../checkout/deliveries.client.js';
import type { Forwarded, Orchestrators } from '../orchestrators/orchestrators.client.js';
import type { InventoryClient } from '../services/inventory.client.js';
import { jsonOf } from '../services/service-answer.js';
import { otherSellers } from './lines-of-seller.js';

export interface Placing {
  body: PlaceOrderDto;
  caller: Caller;
  requestId: string;
  /** In the form that apps send to each other. */
  key: string | undefined;
}

const SHED = 'Nothing was recorded of this request. Send it again.';

/** Forwards a marketplace order, once all its products are seen to be of its seller. */
export class PlacedOrders {
  constructor(
    private readonly inventory: InventoryClient,
    private readonly orchestrators: Orchestrators,
    private readonly deliveries: Deliveries,
    private readonly admission: Admission,
  ) {}

  /** Throws a Problem when nothing was forwarded. */
  place({ body, caller, requestId, key }: Placing): Promise<Forwarded> {
    return this.admission.checkout(key, async (admittance) => {
      if (admittance === 'replay-only') {
        throw new Problem('NOT_ACCEPTED', SHED, { headers: { 'retry-after': '1' }, quiet: true });
      }
      await this.refuseOtherSellers(body, requestId);
      const { sellerId, items, delivery } = body;
      const ordered = { userId: caller.subject, items };
      const asking = { caller, requestId, admittance };
      const kept = delivery
        ? await this.deliveries.keepApart({ ...ordered, delivery }, asking)
        : { orderId: newUuid(), deliveryHash: undefined };
      const { orderId, deliveryHash } = kept;
      const forwarded = { ...ordered, sellerId, orderId, deliveryHash };
      const headers = {
        'content-type': 'application/json',
        'x-request-id': requestId,
        ...(key !== undefined && { 'idempotency-key': key }),
      };
      const request = { method: 'POST', path: '/orders', headers, caller } as const;
      return this.orchestrators.forward({ ...request, body: JSON.stringify(forwarded) });
    });
  }

  private async refuseOtherSellers(body: PlaceOrderDto, requestId: string): Promise<void> {
    const { items, sellerId } = body;
    const ids = [...new Set(items.map(({ productId }) => productId))];
    const path = `/products?limit=${PAGE_LIMIT_MAX}&ids=${ids.join(',')}`;
    const headers = { 'x-request-id': requestId };
    const products = await this.inventory.forward({ method: 'GET', path, headers });
    const problems = otherSellers(items, jsonOf(products) as ProductView[], sellerId);
    if (problems.length > 0) throw validationProblem(problems);
  }
}
