import type { OutgoingCommand, SagaInstance } from '@backstitch/saga-engine';
import type { Mishap, SimulatedParticipants, World } from '@backstitch/saga-engine/testing';
import { COMMANDS } from '@backstitch/shared-types';
import { SimulatedBank } from './bank.js';
import { SimulatedOrders } from './orders.js';
import { SimulatedPayments, type Answer } from './payments.js';
import { SimulatedStock } from './stock.js';

export interface ShopParts {
  readonly orders: SimulatedOrders;
  readonly stock: SimulatedStock;
  readonly payments: SimulatedPayments;
}

/** The checkout's participants as protocol.md's table has them, and what else happens in a shop. */
export class SimulatedShop implements SimulatedParticipants {
  private readonly orderIds = new Set<string>();
  private readonly parts: ShopParts;

  constructor(
    private readonly world: World,
    broken: Partial<ShopParts> = {},
  ) {
    this.parts = {
      orders: broken.orders ?? new SimulatedOrders(),
      stock: broken.stock ?? new SimulatedStock(2 - world.chance.below(2)),
      payments: broken.payments ?? new SimulatedPayments(world, new SimulatedBank(world)),
    };
  }

  handle(command: OutgoingCommand, answer: Answer): void {
    const { orders, stock, payments } = this.parts;
    const orderId = command.subjectId;
    this.orderIds.add(orderId);
    const { pattern } = command;
    if (pattern === COMMANDS.orderCreate) answer(orders.create(orderId));
    else if (pattern === COMMANDS.orderConfirm) answer(orders.confirm(orderId));
    else if (pattern === COMMANDS.orderCancel) answer(orders.cancel(orderId));
    else if (pattern === COMMANDS.inventoryReserve) answer(stock.reserve(orderId));
    else if (pattern === COMMANDS.inventoryCommit) answer(stock.commit(orderId));
    else if (pattern === COMMANDS.inventoryRelease) answer(stock.release(orderId));
    else if (pattern === COMMANDS.paymentProcess) payments.process(orderId, answer);
    else if (pattern === COMMANDS.paymentRefund) payments.refund(orderId, answer);
    else throw new Error(`no service of this shop serves ${pattern}`);
    for (const problem of stock.problems()) this.world.breach(problem);
  }

  mishaps(): readonly Mishap[] {
    const { orders, stock, payments } = this.parts;
    const ofOrder = (orderId: string): Mishap[] => [
      { name: `the reservation of ${orderId} runs out`, happen: () => stock.expire(orderId) },
      {
        name: `the reservation of ${orderId} runs out, and others buy all there is`,
        happen: () => {
          stock.expire(orderId);
          stock.buyEmpty();
        },
      },
      { name: `another program cancels ${orderId}`, happen: () => void orders.cancel(orderId) },
      { name: `the recovery settles ${orderId}`, happen: () => payments.recover(orderId) },
    ];
    return [
      ...[...this.orderIds].flatMap(ofOrder),
      { name: 'others buy all there is', happen: () => stock.buyEmpty() },
      { name: 'another shopper brings one back', happen: () => stock.bringBack() },
    ];
  }

  problems(sagas: readonly SagaInstance[]): readonly string[] {
    return [...this.parts.stock.problems(), ...sagas.flatMap((saga) => this.problemsOf(saga))];
  }

  private problemsOf({ subjectId, phase }: SagaInstance): string[] {
    const { orders, stock, payments } = this.parts;
    const order = orders.of(subjectId);
    const reservation = stock.of(subjectId).state;
    const payment = payments.of(subjectId).state;
    const { taken, returned } = payments.bank.of(subjectId);
    const ended = phase === 'done' ? 'DONE' : 'COMPENSATED';
    const isIn = (state: string, allowed: readonly string[], what: string) =>
      allowed.includes(state) ? [] : [`${ended}, but the ${what} is ${state}`];
    const kept = taken - returned;
    const due = phase === 'done' ? 1 : 0;
    return [
      ...isIn(order, phase === 'done' ? ['CONFIRMED'] : ['CANCELLED'], 'order'),
      ...isIn(
        reservation,
        phase === 'done' ? ['CONSUMED'] : ['NONE', 'RELEASED', 'REJECTED'],
        'reservation',
      ),
      ...isIn(
        payment,
        phase === 'done' ? ['SUCCESS'] : ['NONE', 'FAILED', 'REFUNDED', 'CANCELLED'],
        'payment',
      ),
      ...(kept === due ? [] : [`${ended}, but the bank took ${taken} and returned ${returned}`]),
      ...((payment === 'SUCCESS' || payment === 'REFUNDED') !== taken > 0
        ? [`the payment is ${payment}, but the bank took ${taken}`]
        : []),
    ];
  }
}
