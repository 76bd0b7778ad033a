import { createHash } from 'node:crypto';
import type { Caller } from '@backstitch/auth';
import { Problem } from '@backstitch/service-kit';
import {
  canonicalDelivery,
  type CheckoutWithDeliveryDto,
  type Delivery,
  type ForwardedCheckoutDto,
  newUuid,
} from '@backstitch/shared-types';
import type { Admittance } from '../admission/checkout-slots.js';
import type { OrderClient } from '../services/order.client.js';

export interface DeliveryAsking {
  caller: Caller;
  requestId: string;
  admittance: NonNullable<Admittance>;
}

type WithDelivery = ForwardedCheckoutDto & Required<Pick<CheckoutWithDeliveryDto, 'delivery'>>;

const NOT_ACCEPTED = 'The delivery could not be kept. Nothing was ordered. Send the request again.';

/**
 * Keeps deliveries in order-service, by the id that the order will have. The checkout that is forwarded
 * has this id and a hash instead: personal data is in no saga, no command and no dead letter (ADR 19).
 */
export class Deliveries {
  constructor(private readonly orders: OrderClient) {}

  /** The checkout without its delivery, once that is kept. Throws 503, and then nothing is ordered. */
  async keepApart(
    checkout: CheckoutWithDeliveryDto & ForwardedCheckoutDto,
    asking: DeliveryAsking,
  ): Promise<ForwardedCheckoutDto> {
    const { delivery, ...plain } = checkout as WithDelivery;
    const hash = createHash('sha256').update(canonicalDelivery(delivery)).digest('base64url');
    // Nothing new begins: a replay is found by its key, and its order has a delivery.
    if (asking.admittance === 'replay-only') return { ...plain, deliveryHash: hash };
    const orderId = newUuid();
    await this.keep(orderId, delivery, asking);
    return { ...plain, orderId, deliveryHash: hash };
  }

  private async keep(
    orderId: string,
    delivery: Delivery,
    { caller, requestId }: DeliveryAsking,
  ): Promise<void> {
    const forwarded = await this.orders.forward({
      method: 'PUT',
      path: `/orders/${orderId}/delivery`,
      headers: { 'content-type': 'application/json', 'x-request-id': requestId },
      caller,
      body: JSON.stringify(delivery),
    });
    if (forwarded.kind === 'answered' && forwarded.answer.status === 204) return;
    const cause = forwarded.kind === 'answered' ? String(forwarded.answer.status) : forwarded.why;
    throw new Problem('NOT_ACCEPTED', NOT_ACCEPTED, { headers: { 'retry-after': '1' }, cause });
  }
}
