import { describe, expect, it } from '@jest/globals';
import type { SagaDefinition } from './define.js';
import { differencesOf, fingerprintOf, recordedSteps } from './fingerprint.js';
import { changedVersions, first } from '../fixtures/purchase-versions.js';
import { purchase } from '../fixtures/purchase.js';

const printOf = (definition: unknown) => fingerprintOf(definition as SagaDefinition);

describe('the fingerprint of a definition', () => {
  it.each<[keyof typeof changedVersions, string]>([
    ['removes a step', 'the step STOCK_RESERVED is gone'],
    ['renames a step', 'the step PAYMENT_MADE is gone'],
    ['adds a step', 'the step GIFT_WRAPPED is new'],
    ['changes the order', 'the order was ORDER_CREATED, STOCK_RESERVED, PAYMENT_MADE'],
    ['drops an undo', 'STOCK_RESERVED: its undo was RELEASE_STOCK (stock.release on stock) and is'],
    ['moves the pivot', 'the step PAYMENT_MADE is gone'],
  ])('names the step that differs when a change %s', (what, told) => {
    const differences = differencesOf(printOf(first), printOf(changedVersions[what]));
    expect(differences).toEqual(expect.arrayContaining([expect.stringContaining(told)]));
  });

  it.each<[string, (step: (typeof purchase.steps)[number]) => object, string]>([
    ['another queue', (step) => ({ do: { ...step.do, queue: 'q' } }), 'its command was'],
    ['another pattern', (step) => ({ do: { ...step.do, pattern: 'p' } }), 'its command was'],
    ['a rejection more', () => ({ rejections: new Set(['X']) }), 'its rejections were none'],
    [
      'another place about the pivot',
      () => ({ pastPivot: false }),
      'its place about the pivot was',
    ],
    ['something to keep', () => ({ keep: () => 1 }), 'what it keeps was nothing and is something'],
  ])('tells %s', (_name, change, told) => {
    const steps = purchase.steps.map((one) =>
      one.name === 'MAIL_SENT' ? { ...one, ...change(one) } : one,
    );
    const differences = differencesOf(printOf(purchase), printOf({ ...purchase, steps }));
    expect(differences).toEqual([expect.stringContaining(told.replace('were', 'was'))]);
  });

  it('is the same whatever the timeouts, the functions and the order of the rejections', () => {
    const { steps } = purchase;
    const slower = steps.map((one) => ({
      ...one,
      attemptsMax: 99,
      deadlineMs: 99,
      rejections: new Set([...one.rejections].reverse()),
      do: { ...one.do, replyTimeoutMs: 98, data: () => 'other' },
      ...(one.keep && { keep: () => 'other' }),
    }));
    expect(printOf({ ...purchase, deadlineMs: 100, steps: slower })).toBe(printOf(purchase));
  });

  it('that cannot be read any more differs from every other', () => {
    expect(differencesOf('not JSON', printOf(first))).toHaveLength(1);
    expect(differencesOf('{}', printOf(first))).toHaveLength(1);
  });

  it('tells each step with its own undo and its place about the pivot', () => {
    const told = purchase.steps.map(({ name, undo, pastPivot }) => ({
      name,
      undo: undo?.name,
      pastPivot,
    }));
    expect(recordedSteps(printOf(purchase))).toEqual(told);
    expect(told.some(({ undo }) => undo === undefined)).toBe(true);
    expect(told.some(({ pastPivot }) => pastPivot)).toBe(true);
    expect(recordedSteps('not JSON')).toBeUndefined();
  });
});
