import { describe, expect, it } from '@jest/globals';
import type { Answer } from './shopper.js';
import { contradictionIn, type Truth } from './steady-load.js';

const DONE: Truth = {
  orders: [{ id: 'one', status: 'CONFIRMED' }],
  paid: ['29.99'],
  saga: 'DONE',
};
const UNDONE: Truth = {
  orders: [{ id: 'one', status: 'CANCELLED' }],
  paid: [],
  saga: 'COMPENSATED',
};
const NOTHING: Truth = { orders: [], paid: [], saga: undefined };
const TRUTHS = { DONE, UNDONE, NOTHING };

const answer = (status: number, code?: string): Answer => ({
  status,
  headers: new Headers(),
  body: { orderId: 'one', sagaId: 'saga', ...(code !== undefined && { code }) },
});

describe("a shopper's answer", () => {
  it.each<[string, Answer | undefined, (keyof typeof TRUTHS)[]]>([
    ['200', answer(200), ['DONE']],
    ['202', answer(202), ['DONE', 'UNDONE']],
    ['503, not accepted', answer(503, 'NOT_ACCEPTED'), ['NOTHING']],
    ['503, unknown', answer(503, 'OUTCOME_UNKNOWN'), ['DONE', 'UNDONE', 'NOTHING']],
    ['none', undefined, ['DONE', 'UNDONE', 'NOTHING']],
    ['500', answer(500), []],
  ])('%s is true of nothing else', (_what, given, truths) => {
    const told = { answer: given };
    const names = Object.keys(TRUTHS) as (keyof typeof TRUTHS)[];
    expect(names.filter((name) => contradictionIn(told, TRUTHS[name]) === undefined)).toEqual(
      truths,
    );
  });

  it.each<[string, Partial<Truth>]>([
    ['another order', { orders: [{ id: 'two', status: 'CONFIRMED' }] }],
    ['two orders', { orders: [...DONE.orders, { id: 'two', status: 'CANCELLED' }] }],
    ['no payment', { paid: [] }],
    ['two payments', { paid: ['29.99', '29.99'] }],
    ['another price', { paid: ['0.01'] }],
    ['a saga under way', { saga: 'RUNNING' }],
  ])('200 is not true with %s', (_what, part) => {
    expect(contradictionIn({ answer: answer(200) }, { ...DONE, ...part })).toBeDefined();
  });
});
