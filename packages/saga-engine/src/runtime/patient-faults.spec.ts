import { expect, it } from '@jest/globals';
import { purchase } from '../fixtures/purchase.js';
import type { OpenSaga } from '../core/instance.js';
import { Scenario } from '../testing/index.js';

it('retries a fault that says that waiting is worth it until the deadline of the step', () => {
  const settings = {
    backoffMinMs: 100,
    backoffMaxMs: 10_000,
    attentionAfterAttempts: 3,
    patientCodes: ['ROW_LOCKED'],
  };
  const scenario = new Scenario(purchase, { input: { amount: '9.99' }, settings });
  scenario.done();
  const deadlineMs = (scenario.instance as OpenSaga).stepDeadlineAtMs!;
  while (scenario.awaited?.name === 'STOCK_RESERVED') {
    scenario.fault('ROW_LOCKED');
    if (scenario.awaited?.name === 'STOCK_RESERVED') scenario.wake();
  }
  expect(scenario.nowMs).toBeGreaterThan(deadlineMs - 10_000);
  expect(scenario.nowMs).toBeLessThanOrEqual(deadlineMs);
  expect(scenario.awaited?.name).toBe('RELEASE_STOCK');
  expect(scenario.witness.log.at(-2)).toMatchObject({ data: { code: 'ROW_LOCKED' } });
});
