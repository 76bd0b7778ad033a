import { command, defineSaga, type SagaDefinition, step, undo } from '@backstitch/saga-engine';
import { COMMAND_QUEUES, COMMANDS } from '@backstitch/shared-types';
import type { OrchestratorConfig } from '../../config.js';
import type { RegisteredSaga } from '../../host/registry/registered-saga.js';
import type { HostedSaga } from '../../host/saga-routes.js';
import { ORDERS, PAYMENTS } from '../../sagas/participants.js';
import { GIFT_CARDS, GiftCardController } from './gift-card.controller.js';

interface GiftCardInput {
  amount: string;
}

const { order, payment } = COMMAND_QUEUES;
const orderOnly = ({ subjectId }: { subjectId: string }) => ({ orderId: subjectId });

/**
 * A second saga, for tests. Its steps have the names of the checkout's; they come in another order,
 * and INVENTORY_RESERVED goes to another queue, with another pattern.
 */
function giftCardSaga(config: OrchestratorConfig): SagaDefinition<GiftCardInput> {
  const steps = [
    step<GiftCardInput>('PAYMENT_PROCESSED', {
      do: command(payment, COMMANDS.paymentProcess, ({ subjectId, input }) => ({
        orderId: subjectId,
        amount: input.amount,
      })),
      undo: undo('REFUND_PAYMENT', payment, COMMANDS.paymentRefund, orderOnly),
      rejections: ['PAYMENT_DECLINED'],
    }),
    step<GiftCardInput>('INVENTORY_RESERVED', {
      do: command(order, COMMANDS.orderConfirm, orderOnly),
      undo: undo('RELEASE_INVENTORY', order, COMMANDS.orderCancel, orderOnly),
    }),
    step<GiftCardInput>('ORDER_CREATED', {
      do: command(payment, COMMANDS.paymentGet, orderOnly),
      pivot: true,
    }),
  ];
  const spec = { name: 'gift-card', version: 1, deadlineMs: config.SAGA_DEADLINE_MS, steps };
  return defineSaga<GiftCardInput>(spec, {
    replyTimeoutMs: config.REPLY_TIMEOUT_MS,
    attemptsMax: config.STEP_ATTEMPTS,
    deadlineMs: config.STEP_DEADLINE_MS,
  });
}

export function giftCard(config: OrchestratorConfig): HostedSaga {
  const definition = giftCardSaga(config);
  const saga: RegisteredSaga<GiftCardInput> = {
    definitions: [definition],
    outcome: ({ code }) => ({ code: 'GIFT_CARD_UNDONE', detail: `No gift card: ${code}.` }),
    view: (general) => general,
    participants: [ORDERS, PAYMENTS],
  };
  return {
    ...saga,
    access: [{ method: 'POST', route: '/gift-cards', access: { guest: 'own' } }],
    routes: ({ sagas }) => ({
      controllers: [GiftCardController],
      providers: [{ provide: GIFT_CARDS, useValue: { engine: sagas.engine, definition } }],
    }),
  };
}
