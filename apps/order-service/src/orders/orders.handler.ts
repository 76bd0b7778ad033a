import { MalformedCommand, sagaIdOf } from '@backstitch/messaging';
import { databaseFault } from '@backstitch/database';
import {
  commandTrace,
  Counter,
  logged,
  type Logger,
  reachedFaultPoint,
} from '@backstitch/service-kit';
import {
  currencyDigits,
  Fault,
  fromMinor,
  openCallerId,
  priceRule,
  Rejection,
  toMinor,
  toPriceMinor,
  totalMinorOf,
  type OrderCancelCommand,
  type OrderCreateCommand,
  type OrderCreated,
  type OrderKind,
  type OrderPlaceCommand,
  type OrderStage,
  type OwnedOrderView,
  type SagaTag,
  type Success,
} from '@backstitch/shared-types';
import type { CartsRepository } from '../carts/carts.repository.js';
import { deliveryView } from '../delivery/deliveries.sql.js';
import { answerTo, type OrderChange } from './order.js';
import type { OrdersRepository, Written } from './orders.repository.js';
import { lifecycleOf } from './order-lifecycle.js';
import type { NewOrder, OrderRow, OrderWrite } from './orders.sql.js';

const cancelsRefused = new Counter({
  name: 'order_cancel_of_confirmed_total',
  help: 'ALARM: refused cancellations of CONFIRMED orders; no saga sends one',
});

/** An order with its stage. */
export interface StagedOrder extends OwnedOrderView {
  stage: OrderStage;
  kind: OrderKind;
  sellerId: string | null;
}

/** One command, one decision, one reply. Order ids are lower case from here on. */
export class OrdersHandler {
  private readonly digits: number;

  constructor(
    private readonly repository: OrdersRepository,
    private readonly currency: string,
    private readonly logger: Logger,
    private readonly carts: Pick<CartsRepository, 'endCheckout'>,
  ) {
    this.digits = currencyDigits(currency);
  }

  create(command: OrderCreateCommand, saga?: SagaTag): Promise<OrderCreated | Rejection> {
    return this.make('create', command, saga, {});
  }

  /** An order of one seller, who decides first. */
  place(command: OrderPlaceCommand, saga?: SagaTag): Promise<OrderCreated | Rejection> {
    return this.make('place', command, saga, { sellerId: command.sellerId });
  }

  private async make(
    change: 'create' | 'place',
    command: OrderCreateCommand,
    saga: SagaTag | undefined,
    more: Pick<OrderWrite, 'sellerId'>,
  ): Promise<OrderCreated | Rejection> {
    const orderId = command.orderId.toLowerCase();
    const caller = command.caller ?? openCallerId(command.userId);
    const { cartVersion } = command;
    const write = { caller, cartVersion, order: this.newOrder(command), ...more };
    const written = await this.change(change, orderId, saga, write);
    if (written instanceof Rejection) return written;
    const totalAmount = this.amount(written.totalAmount ?? command.totalAmount);
    return { orderId, status: 'PENDING', totalAmount, currency: this.currency };
  }

  async confirm(orderId: string, saga?: SagaTag): Promise<Success | Rejection> {
    const written = await this.change('confirm', orderId.toLowerCase(), saga);
    return written instanceof Rejection ? written : { success: true };
  }

  async cancel(
    { orderId, caller, cartVersion }: OrderCancelCommand,
    saga?: SagaTag,
  ): Promise<Success | Rejection> {
    const written = await this.change('cancel', orderId.toLowerCase(), saga, {
      caller,
      cartVersion,
    });
    return written instanceof Rejection ? written : { success: true };
  }

  async get(orderId: string): Promise<OwnedOrderView | Rejection> {
    const row = await this.repository.read(orderId.toLowerCase());
    if (!row) return new Rejection('ORDER_NOT_FOUND', 'There is no such order');
    return { ...this.view(row), lifecycle: lifecycleOf(row) };
  }

  /** The same with what the queue does not tell. */
  async getStaged(orderId: string): Promise<StagedOrder | undefined> {
    const row = await this.repository.read(orderId.toLowerCase());
    if (!row) return undefined;
    return { ...this.view(row), stage: row.stage, kind: row.kind, sellerId: row.seller_id };
  }

  /** Returns a Rejection or throws a Fault when it is not done. */
  private change(
    change: OrderChange,
    orderId: string,
    saga: SagaTag | undefined,
    more: Pick<OrderWrite, 'caller' | 'cartVersion' | 'order' | 'sellerId'> = {},
  ): Promise<Written | Rejection> {
    return logged(this.logger, { pattern: `order.${change}`, orderId, saga }, async () => {
      const sagaId = sagaIdOf(saga);
      const written = await this.repository
        .write({ change, orderId, sagaId, ...more })
        .catch((error: unknown) => {
          throw databaseFault(error) === 'data' ? unstorable(error) : error;
        });
      const answer = answerTo(change, orderId, written.found, sagaId);
      if (answer instanceof Fault) {
        if (answer.code === 'ALREADY_CONFIRMED') this.alarm(orderId, saga);
        throw answer;
      }
      if (answer instanceof Rejection) return answer;
      await this.endCheckoutOfCart(change, orderId, written);
      return written;
    });
  }

  /**
   * The cart is emptied by a confirmation, and keeps its lines in a new version by a cancellation, also
   * by one that comes before its order: the key of the old version has the rejection. The
   * command is answered after both: when the process ends in between, it comes again, and only one of
   * its repeats finds the cart in this version.
   */
  private async endCheckoutOfCart(
    change: OrderChange,
    orderId: string,
    { cart }: Written,
  ): Promise<void> {
    if (!cart || change === 'create' || change === 'place') return;
    reachedFaultPoint(`order.after-${change}-before-cart`);
    await this.carts.endCheckout({ ...cart, orderId, isConfirmed: change === 'confirm' });
  }

  /** No saga asks for it: past the pivot it only goes forward. */
  private alarm(orderId: string, saga: SagaTag | undefined): void {
    cancelsRefused.inc();
    const message = 'ALARM: the cancellation of a CONFIRMED order was refused';
    this.logger.error(commandTrace(orderId, saga), message);
  }

  private newOrder({ userId, items, totalAmount }: OrderCreateCommand): NewOrder {
    const { currency, digits } = this;
    const lines = items.map(({ productId, quantity, price }, index) => ({
      productId,
      quantity,
      priceMinor: this.price(price, `items.${index}.price`),
    }));
    const sum = fromMinor(totalMinorOf(lines), digits);
    if (this.amount(totalAmount) !== sum) {
      throw malformed('totalAmount', `totalAmount is ${totalAmount}, and the lines make ${sum}`);
    }
    const priced = lines.map(({ priceMinor, ...line }) => {
      return { ...line, price: fromMinor(priceMinor, digits) };
    });
    return { userId, totalAmount: sum, items: priced, currency };
  }

  private price(price: string, field: string): number {
    const minor = toPriceMinor(price, this.digits);
    if (minor !== undefined) return minor;
    throw malformed(field, `${field} must be ${priceRule(this.digits)}`);
  }

  private view(row: OrderRow): OwnedOrderView {
    return {
      id: row.id,
      userId: row.user_id,
      caller: row.caller,
      totalAmount: row.total_amount && this.amount(row.total_amount),
      currency: row.currency,
      status: row.status,
      sagaState: row.saga_state,
      sagaId: row.saga_id,
      items: row.items.map(({ productId, quantity, priceAtPurchase }) => ({
        productId,
        quantity,
        priceAtPurchase: this.amount(priceAtPurchase),
      })),
      createdAt: row.created_at.toISOString(),
      updatedAt: row.updated_at.toISOString(),
      ...(row.delivery && { delivery: deliveryView(row.delivery) }),
    };
  }

  /** The one spelling of an amount, whatever the sender's or the column's. */
  private amount(amount: string): string {
    const minor = toMinor(amount, this.digits);
    if (minor === undefined) {
      throw new MalformedCommand(`${amount} is not an amount in ${this.currency}`);
    }
    return fromMinor(minor, this.digits);
  }
}

function malformed(field: string, message: string): MalformedCommand {
  return new MalformedCommand(message, [{ field, message }]);
}

/** The data is well-formed and yet cannot be stored: a character that text cannot hold, say. */
function unstorable(cause: unknown): MalformedCommand {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new MalformedCommand(`the order cannot be stored: ${why}`);
}
