import type { Schemas } from '../app/api.js';

export type Saga = Schemas['SagaAnswer'];
export type StepState = 'waiting' | 'running' | 'done' | 'failed' | 'undoing' | 'undone' | 'never';

export interface StoryStep {
  name: string;
  title: string;
  state: StepState;
  /** When it became so; undefined while it waits. */
  at?: string;
}

/** The end of an order, or how it goes. */
export type Tone = 'running' | 'done' | 'undo' | 'refused' | 'attention';

export interface Headline {
  title: string;
  sentence: string;
  tone: Tone;
  isEnded: boolean;
}

interface Plan {
  name: string;
  /** Until it is done, and when it is not. */
  todo: string;
  title: string;
  /** What the shopper reads while it runs. */
  doing: string;
  undo?: string;
  undone?: string;
}

/** The checkout in words for the shopper. */
const PLAN: readonly Plan[] = [
  {
    name: 'ORDER_CREATED',
    todo: 'Place the order',
    title: 'Order placed',
    doing: 'Placing your order',
    undo: 'CANCEL_ORDER',
    undone: 'Order cancelled',
  },
  {
    name: 'INVENTORY_RESERVED',
    todo: 'Set the products aside',
    title: 'Products set aside',
    doing: 'Setting your products aside',
    undo: 'RELEASE_INVENTORY',
    undone: 'Products given back',
  },
  {
    name: 'PAYMENT_PROCESSED',
    todo: 'Take the payment',
    title: 'Payment made',
    doing: 'Confirming your payment',
    undo: 'REFUND_PAYMENT',
    undone: 'Payment taken back',
  },
  {
    name: 'INVENTORY_COMMITTED',
    todo: 'Assign the products',
    title: 'Products are yours',
    doing: 'Assigning your products',
  },
  {
    name: 'ORDER_CONFIRMED',
    todo: 'Confirm the order',
    title: 'Order confirmed',
    doing: 'Confirming your order',
  },
];

/** Each step of the checkout as it stands, in its order. Pure. */
export function storySteps({ status, currentStep, log }: Saga): StoryStep[] {
  const rowOf = (step: string, wanted: string) =>
    log.findLast((row) => row.step === step && row.status === wanted);
  const isForward = status === 'RUNNING' || status === 'DONE';
  return PLAN.map(({ name, todo, title, undo, undone }) => {
    const taken = undo ? rowOf(undo, 'COMPLETED') : undefined;
    const done = rowOf(name, 'COMPLETED');
    const failed = rowOf(name, 'FAILED');
    if (taken) {
      const text = done || !failed ? undone! : todo;
      return { name, title: text, state: 'undone', at: taken.createdAt };
    }
    if (undo && currentStep === undo) return { name, title: done ? title : todo, state: 'undoing' };
    if (failed && !done) return { name, title: todo, state: 'failed', at: failed.createdAt };
    if (done) return { name, title, state: 'done', at: done.createdAt };
    if (currentStep === name) return { name, title: todo, state: 'running' };
    return { name, title: todo, state: isForward ? 'waiting' : 'never' };
  });
}

const LATER = 'You can close this page: the order goes on.';
const UNDOING = 'What was done is being taken back, step by step. No money is kept.';

/** What happens, in one sentence. Pure. */
export function headlineOf(saga: Saga): Headline {
  const { status, currentStep, needsAttention, reason } = saga;
  if (status === 'DONE') {
    const sentence = 'It is paid and confirmed. Thank you.';
    return { title: 'Order confirmed', sentence, tone: 'done', isEnded: true };
  }
  if (status === 'COMPENSATED') {
    const title = UNDONE[reason?.code ?? ''] ?? 'The order was not completed';
    const detail = reason?.detail ?? 'It was undone completely. Nothing was kept.';
    return { title, sentence: detail, tone: 'undo', isEnded: true };
  }
  if (needsAttention) {
    const sentence =
      'This takes longer than usual. We look after it, and it still goes on by itself.';
    return { title: 'Your order needs our attention', sentence, tone: 'attention', isEnded: false };
  }
  if (status === 'COMPENSATING') {
    const sentence = reason?.detail ?? UNDOING;
    return { title: 'Taking the order back', sentence, tone: 'undo', isEnded: false };
  }
  const doing = PLAN.find(({ name }) => name === currentStep)?.doing ?? 'Working on your order';
  return { title: `${doing}…`, sentence: LATER, tone: 'running', isEnded: false };
}

const UNDONE: Readonly<Record<string, string>> = {
  PAYMENT_DECLINED: 'Payment declined',
  INSUFFICIENT_STOCK: 'Sold out in the meantime',
  PRICE_CHANGED: 'A price has changed',
  PRODUCT_NOT_FOUND: 'A product is not sold any more',
  PRODUCT_UNAVAILABLE: 'A product is not offered now',
  RESERVATION_EXPIRED: 'The products were held too long',
  ORDER_CANCELLED: 'Order cancelled',
};
