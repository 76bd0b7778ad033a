import { describe, expect, it } from '@jest/globals';
import { RETENTION_DAYS } from './retention.js';

const { idempotencyKeys, sagas, deadLetterReplay, participants } = RETENTION_DAYS;

describe('the limits of the retention', () => {
  it('keep the rows of a participant longer than any dead letter may be replayed', () => {
    expect(sagas.max).toBeLessThanOrEqual(deadLetterReplay);
    expect(deadLetterReplay).toBeLessThan(participants.min);
  });

  it('keep a key at least as long as callers are promised', () => {
    expect(idempotencyKeys.min).toBeGreaterThanOrEqual(30);
  });

  it.each([idempotencyKeys, sagas, participants])(
    'have a default value between them: %o',
    (days) => {
      expect(days.usual).toBeGreaterThanOrEqual(days.min);
      expect(days.usual).toBeLessThanOrEqual(days.max);
    },
  );
});
