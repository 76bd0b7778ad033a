import type { OrderSagaState, OrderStage, OrderStatus } from '@backstitch/shared-types';
import {
  type FoldedOrder,
  foldOrder,
  type OrderEvent,
  type OrderFacts,
} from '../orders/order-fold.js';

/** The columns of an order that follow from its events. */
export interface OrderState extends OrderFacts {
  version: number;
  status: OrderStatus;
  sagaState: OrderSagaState;
  stage: OrderStage;
  sagaId: string | null;
  cancellationId: string | null;
  createdAt: string;
  updatedAt: string;
}

export interface Comparison {
  /** What is different, in words; empty when the row is as it should be. */
  differences: string[];
  /** What the row should be; undefined when the events do not tell all of it. */
  rebuilt: OrderState | undefined;
}

/**
 * Compares a row with the events of its order. The events of an earlier release do not tell everything:
 * what they do not tell is taken from the row. Throws BrokenHistory. Pure.
 */
export function compare(row: OrderState | undefined, events: readonly OrderEvent[]): Comparison {
  const folded = foldOrder(events);
  if (!row) return { differences: ['there is no row'], rebuilt: withoutRow(folded) };
  const rebuilt = { ...row, ...told(folded, events) };
  const names = Object.keys(rebuilt) as (keyof OrderState)[];
  const differences = names
    .filter((name) => row[name] !== rebuilt[name])
    .map((name) => `${name} is ${row[name]}, and its events make ${rebuilt[name]}`);
  return { differences, rebuilt };
}

/** Times of an earlier release are of the event or of the row, by some microseconds. */
function told(
  { facts, createdAt, updatedAt, ...state }: FoldedOrder,
  events: readonly OrderEvent[],
): Partial<OrderState> {
  return {
    ...state,
    ...facts,
    ...(events[0]!.schema !== null && { createdAt }),
    ...(events.at(-1)!.schema !== null && { updatedAt }),
  };
}

function withoutRow({ facts, ...state }: FoldedOrder): OrderState | undefined {
  return facts && { ...state, ...facts };
}
