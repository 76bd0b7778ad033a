import type { SagaDefinition, SagaEngine } from '@backstitch/saga-engine';
import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';

export const GIFT_CARDS = Symbol('gift cards');

interface GiftCards {
  engine: SagaEngine;
  definition: SagaDefinition<{ amount: string }>;
}

/** Begins a gift card, without any of the checkout's care: for tests. */
@Controller('gift-cards')
export class GiftCardController {
  constructor(@Inject(GIFT_CARDS) private readonly giftCards: GiftCards) {}

  @Post()
  @HttpCode(202)
  async begin(@Body() body: { sagaId: string; orderId: string }): Promise<{ kind: string }> {
    const { engine, definition } = this.giftCards;
    const { sagaId, orderId: subjectId } = body;
    const input = { amount: '25.00' };
    const { kind } = await engine.start({ definition, sagaId, subjectId, input });
    return { kind };
  }
}
