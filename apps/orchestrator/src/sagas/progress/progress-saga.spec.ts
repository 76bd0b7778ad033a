import { canFinish, everyFailure, traceReport } from '@backstitch/saga-engine/testing';
import { describe, expect, it } from '@jest/globals';
import { TIMING } from '../../testing/timing.js';
import { progressSaga } from './progress-saga.js';

const input = {
  caller: 'o:ana',
  actor: 'u:https://id:sam',
  actorRole: 'admin',
  stage: 'FULFILLED',
  tracking: 'parcel 7',
} as const;
const progress = progressSaga(TIMING);

describe('the saga that moves an order on', () => {
  const cases = everyFailure(progress, { input });

  it('never does what no saga may do, and is undone only when the order refuses', () => {
    expect(traceReport(cases.filter((one) => one.problems.length > 0))).toBe('');
    const undone = cases.filter(({ end }) => end === 'undone').map(({ name }) => name);
    expect(undone).toEqual(['ORDER_PROGRESSED says ORDER_STATE_CONFLICT']);
  });

  it('is finished from every state in which it can be stored', () => {
    expect(canFinish(progress, progress, { input }).problems).toEqual([]);
  });

  it('says who moves the order to which stage', () => {
    const context = { sagaId: 'saga-1', subjectId: 'order-1', input, kept: {} };
    expect(progress.commands.get('ORDER_PROGRESSED')?.data(context)).toEqual({
      orderId: 'order-1',
      stage: 'FULFILLED',
      actorRole: 'admin',
      actor: 'u:https://id:sam',
      tracking: 'parcel 7',
    });
  });
});
