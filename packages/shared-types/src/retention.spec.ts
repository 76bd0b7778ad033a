import { describe, expect, it } from '@jest/globals';
import { RETENTION_DAYS } from './retention.js';

const { idempotencyKeys, sagas, deadLetterReplay, participants } = RETENTION_DAYS;

describe('the bounds of the retention', () => {
  it('never let a participant forget an order before its last dead letter can be replayed', () => {
    expect(sagas.max).toBeLessThanOrEqual(deadLetterReplay);
    expect(deadLetterReplay).toBeLessThan(participants.min);
  });

  it('never let a key be forgotten sooner than callers are promised', () => {
    expect(idempotencyKeys.min).toBeGreaterThanOrEqual(30);
  });

  it.each([idempotencyKeys, sagas, participants])('have a usual value among them: %o', (days) => {
    expect(days.usual).toBeGreaterThanOrEqual(days.min);
    expect(days.usual).toBeLessThanOrEqual(days.max);
  });
});
