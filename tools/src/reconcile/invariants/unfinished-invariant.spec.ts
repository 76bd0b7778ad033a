import { describe, expect, it } from '@jest/globals';
import type { MovingSaga } from '../reading/rows.js';
import { unfinishedProblem } from './unfinished-invariant.js';

const STEPS = [
  { name: 'PAID', undo: 'REFUND', pastPivot: false },
  { name: 'SHIPPED', undo: undefined, pastPivot: true },
  { name: 'TOLD', undo: undefined, pastPivot: true },
];
const late = (currentStep: string, other: Partial<MovingSaga> = {}): MovingSaga => ({
  sagaId: 'saga-1',
  orderId: 'order-1',
  definition: 'sale',
  definitionVersion: 1,
  status: 'RUNNING',
  currentStep,
  overdueS: 3_600,
  unattendedS: 0,
  needsAttention: false,
  lastError: null,
  ...other,
});

describe('an unfinished saga past its deadline', () => {
  it('is a breach before the pivot of its own definition, and none at or behind it', () => {
    expect(unfinishedProblem(late('PAID'), STEPS)).toContain('past its deadline');
    expect(unfinishedProblem(late('SHIPPED'), STEPS)).toBeUndefined();
    expect(unfinishedProblem(late('TOLD'), STEPS)).toBeUndefined();
    const undoing = late('REFUND', { status: 'COMPENSATING' });
    expect(unfinishedProblem(undoing, STEPS)).toBeUndefined();
  });

  it('is a breach in a wait only when the time of the wait has come long ago', () => {
    const waiting = { status: 'WAITING', unattendedS: null } as const;
    expect(unfinishedProblem(late('PAYS', { ...waiting, overdueS: -60 }), STEPS)).toBeUndefined();
    expect(unfinishedProblem(late('PAYS', { ...waiting, overdueS: 20 }), STEPS)).toBeUndefined();
    expect(unfinishedProblem(late('PAYS', { ...waiting, overdueS: 60 }), STEPS)).toBe(
      'WAITING at PAYS, 60 s past its time',
    );
  });

  it('is a breach at any step when no orchestrator drives it', () => {
    for (const step of ['PAID', 'SHIPPED']) {
      const alone = late(step, { unattendedS: 3_600 });
      expect(unfinishedProblem(alone, STEPS)).toContain('no orchestrator drives it');
      expect(unfinishedProblem(alone, undefined)).toContain('no orchestrator drives it');
    }
  });

  it('of a definition that is not on record may be late while it is driven', () => {
    expect(unfinishedProblem(late('PAID'), undefined)).toBeUndefined();
  });
});
