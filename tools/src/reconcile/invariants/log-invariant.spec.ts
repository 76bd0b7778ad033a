import { describe, expect, it } from '@jest/globals';
import type { RecordedStep } from '@backstitch/saga-engine';
import { logProblem } from './log-invariant.js';

const recorded = (name: string, undo?: string, pastPivot = false): RecordedStep => ({
  name,
  undo,
  pastPivot,
});
const CHECKOUT = [
  recorded('ORDER_CREATED', 'CANCEL_ORDER'),
  recorded('INVENTORY_RESERVED', 'RELEASE_INVENTORY'),
  recorded('PAYMENT_PROCESSED', 'REFUND_PAYMENT'),
  recorded('INVENTORY_COMMITTED'),
  recorded('ORDER_CONFIRMED', undefined, true),
];
/** Another saga with steps of the same names, in another order, and two of them past its pivot. */
const OTHER = [
  recorded('PAYMENT_PROCESSED', 'CANCEL_ORDER'),
  recorded('ORDER_CREATED', undefined, true),
  recorded('ORDER_CONFIRMED', undefined, true),
];

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

function rows(history: string): string {
  const told = history
    .split(' ')
    .filter(Boolean)
    .flatMap((word) => {
      const [, short = '', mark = ''] = /^(-?[A-Z])(.?)$/.exec(word) ?? [];
      const name = LONG[short];
      const end = { '!': 'FAILED', '?': 'FAILED:unknown', '…': undefined }[mark] ?? 'COMPLETED';
      return mark === '…' ? [`${name}:STARTED`] : [`${name}:STARTED`, `${name}:${end}`];
    });
  return told.join(' ');
}

describe('the history in a log', () => {
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
    expect(logProblem({ status, rows: rows(short) }, CHECKOUT)).toBeUndefined();
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
    expect(logProblem({ status, rows: rows(short) }, CHECKOUT)).toContain(problem);
  });

  it('an end without a beginning is a breach', () => {
    const only = { status: 'DONE', rows: 'ORDER_CREATED:COMPLETED' } as const;
    expect(logProblem(only, CHECKOUT)).toContain('without having been STARTED');
  });

  it.each([
    ['DONE', 'P O F', undefined],
    ['COMPENSATED', 'P O! -O', undefined],
    ['DONE', 'O P F', 'in the order ORDER_CREATED'],
    ['DONE', 'P O', 'without all steps'],
    ['COMPENSATED', 'P O! -P', 'due was: CANCEL_ORDER'],
    ['COMPENSATED', 'P O -O', 'pivot was not refused'],
  ] as const)(
    'of another definition is judged by its own steps: %s after "%s"',
    (status, short, problem) => {
      const told = logProblem({ status, rows: rows(short) }, OTHER);
      if (problem === undefined) expect(told).toBeUndefined();
      else expect(told).toContain(problem);
    },
  );

  it('of a saga with waits leaves out only what a wait led past', () => {
    const [order, stock, payment, commit, confirm] = CHECKOUT as [
      RecordedStep,
      RecordedStep,
      RecordedStep,
      RecordedStep,
      RecordedStep,
    ];
    const pays = { ...recorded('WAIT'), leadsTo: ['INVENTORY_COMMITTED'] };
    const steps = [order, pays, stock, payment, commit, confirm];
    const wait = 'WAIT:STARTED WAIT:COMPLETED';
    const of = (history: string, status: 'DONE' | 'COMPENSATED' = 'DONE') =>
      logProblem({ status, rows: history }, steps);
    expect(of(`${rows('O')} ${wait} ${rows('R P C F')}`)).toBeUndefined();
    expect(of(`${rows('O')} ${wait} ${rows('C F')}`)).toBeUndefined();
    expect(of(`${rows('O')} ${wait} ${rows('C F! -O')}`, 'COMPENSATED')).toBeUndefined();
    expect(of(`${rows('O')} ${wait} ${rows('C F! -R -O')}`, 'COMPENSATED')).toContain('undone');
    expect(of(`${rows('O')} ${wait} ${rows('P C F')}`)).toContain('the steps ran in the order');
    expect(of(`${rows('O')} ${wait} ${rows('C')}`)).toContain('DONE without all steps');
  });

  it('of a definition that is not on record is judged by its beginnings and ends alone', () => {
    expect(logProblem({ status: 'DONE', rows: rows('P O') }, undefined)).toBeUndefined();
    const cut = logProblem({ status: 'DONE', rows: rows('P O…') }, undefined);
    expect(cut).toContain('ORDER_CREATED was STARTED and has no end row');
  });
});
