import { describe, expect, it } from '@jest/globals';
import type { PlannedStep, SagaDefinition } from '../core/define.js';
import { purchase } from '../fixtures/purchase.js';
import { everyFailure, simulate } from './index.js';

const responses = { STOCK_RESERVED: { holdId: 'hold-1' } };
const input = { amount: '9.99' };

/** The purchase as it would be, had the check of its definition overlooked something. */
function without(what: 'undo' | 'undoneBy', name: string): SagaDefinition {
  const change = (step: PlannedStep): PlannedStep =>
    step.name === name ? { ...step, [what]: undefined } : step;
  const steps = (purchase as SagaDefinition).steps.map(change);
  const commands = steps.flatMap((step) => (step.undo ? [step.do, step.undo] : [step.do]));
  return { ...purchase, steps, commands: new Map(commands.map((one) => [one.name, one])) };
}

describe.each([
  ['undo', 'ORDER_CREATED'],
  ['undo', 'PAYMENT_MADE'],
  ['undoneBy', 'STOCK_COMMITTED'],
] as const)('an effect that nothing takes back, without the %s of %s,', (what, name) => {
  const definition = without(what, name);

  it('is found by the sweep over every failure', () => {
    const cases = everyFailure(definition, { input, responses });
    const problems = cases.flatMap((one) => one.problems);
    expect(problems).toContain(`nothing takes back what ${name} did`);
  });

  it('is found by the simulation', async () => {
    const budget = { runs: 1_000, seed: 1, shrinkTriesMax: 0 };
    const { failure } = await simulate({ definition, input, responses }, budget);
    expect(failure?.problems.join()).toContain(`what ${name} did`);
  });
});
