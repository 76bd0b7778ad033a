import { Problem, UuidParam, validationProblem } from '@backstitch/service-kit';
import { type Delivery, deliveryProblem } from '@backstitch/shared-types';
import { Body, Controller, HttpCode, Inject, Param, Put, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { DeliveriesRepository } from './deliveries.repository.js';

/** Gateways keep the delivery of a checkout here before they forward the checkout. */
@Controller('orders/:orderId/delivery')
export class DeliveriesController {
  constructor(@Inject(DeliveriesRepository) private readonly deliveries: DeliveriesRepository) {}

  /** Throws 401 for a developer's request without a caller. */
  @Put()
  @HttpCode(204)
  async keep(
    @Param('orderId', new UuidParam('orderId')) orderId: string,
    @Body() body: unknown,
    @Req() { caller }: FastifyRequest,
  ): Promise<void> {
    if (!caller) throw new Problem('TOKEN_REQUIRED');
    const problem = deliveryProblem(body);
    if (problem !== undefined) throw validationProblem([{ field: 'delivery', message: problem }]);
    await this.deliveries.keep(orderId, caller.id, body as Delivery);
  }
}
