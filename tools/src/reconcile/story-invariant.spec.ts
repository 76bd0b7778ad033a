import { describe, expect, it } from '@jest/globals';
import { storyProblem } from './story-invariant.js';

/** `A B? C! -D` = A completed, B unknown, C failed, D undone; `E…` has no end row. */
const LONG: Record<string, string> = {
  O: 'ORDER_CREATED',
  R: 'INVENTORY_RESERVED',
  P: 'PAYMENT_PROCESSED',
  C: 'INVENTORY_COMMITTED',
  F: 'ORDER_CONFIRMED',
  '-O': 'CANCEL_ORDER',
  '-R': 'RELEASE_INVENTORY',
  '-P': 'REFUND_PAYMENT',
};

function rows(short: string): string {
  const told = short
    .split(' ')
    .filter(Boolean)
    .flatMap((word) => {
      const [, letters = '', mark = ''] = /^(-?[A-Z])(.?)$/.exec(word) ?? [];
      const name = LONG[letters];
      const end = { '!': 'FAILED', '?': 'FAILED:unknown', '…': undefined }[mark] ?? 'COMPLETED';
      return mark === '…' ? [`${name}:STARTED`] : [`${name}:STARTED`, `${name}:${end}`];
    });
  return told.join(' ');
}

describe('the story that a log tells', () => {
  it.each([
    ['DONE', 'O R P C F'],
    ['COMPENSATED', 'O R! -O'],
    ['COMPENSATED', 'O R P! -R -O'],
    ['COMPENSATED', 'O R P C! -P -R -O'],
    ['COMPENSATED', 'O R P C F! -P -R -O'],
    ['COMPENSATED', 'O? -O'],
    ['COMPENSATED', 'O!'],
    ['COMPENSATED', 'O R P? -P -R -O'],
    ['COMPENSATED', 'O R P C? -P -R -O'],
    // The saga ran out of time between two steps.
    ['COMPENSATED', 'O R -R -O'],
  ] as const)('%s after %s is well told', (status, short) => {
    expect(storyProblem({ status, rows: rows(short) })).toBeUndefined();
  });

  it.each([
    ['DONE', '', 'without all steps'],
    ['DONE', 'O R P C', 'without all steps'],
    ['DONE', 'O R P? C F', 'without all steps'],
    ['DONE', 'O R P C F -P', 'was undone'],
    ['DONE', 'O R… P C F', 'INVENTORY_RESERVED was STARTED and has no end row'],
    ['DONE', 'R O P C F', 'in the order'],
    ['COMPENSATED', 'O R P! -O', 'due was: RELEASE_INVENTORY, CANCEL_ORDER'],
    ['COMPENSATED', 'O R P! -O -R', 'due was'],
    ['COMPENSATED', 'O R P! -P -R -O', 'due was'],
    ['COMPENSATED', 'O R P? -R -O', 'due was: REFUND_PAYMENT'],
    ['COMPENSATED', 'O R P! -R! -O', 'due was'],
    ['COMPENSATED', 'O R -R P! -O', 'after an undo'],
    ['COMPENSATED', 'O R P C F -P -R -O', 'pivot was not refused'],
    ['COMPENSATED', 'O R P! -R -O…', 'CANCEL_ORDER was STARTED and has no end row'],
  ] as const)('%s after "%s" is a breach', (status, short, problem) => {
    expect(storyProblem({ status, rows: rows(short) })).toContain(problem);
  });

  it('an end without a beginning is a breach', () => {
    const only = { status: 'DONE', rows: 'ORDER_CREATED:COMPLETED' } as const;
    expect(storyProblem(only)).toContain('without having been STARTED');
  });
});
