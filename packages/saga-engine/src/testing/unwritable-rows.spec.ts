import { describe, expect, it } from '@jest/globals';
import type { SagaEngine } from '../runtime/engine.js';
import { purchase } from '../fixtures/purchase.js';
import {
  simulate,
  simulationBudget,
  simulationReport,
  unwritableRows,
  type SimulationOptions,
} from './index.js';

const shop: SimulationOptions<{ amount: string }> = {
  definition: purchase,
  otherVersions: [{ ...purchase, version: 2 }],
  input: { amount: '9.99' },
  responses: { STOCK_RESERVED: { holdId: 'hold-1' } },
  schedules: [unwritableRows],
  sagas: 2,
};

describe('the simulation of rows that cannot be written', () => {
  it('finds no schedule in which a saga breaks a promise, or is stuck unseen', async () => {
    const budget = simulationBudget(2_000);
    const report = simulationReport(await simulate(shop, budget), budget);
    expect(report).toMatch(/^simulation: \d+ runs/);
  }, 600_000);

  it('catches an engine that tries a refused write again and again without saying so', async () => {
    const engine = (made: SagaEngine) => {
      const driver = made['driver'];
      driver['park'] = async (active) => {
        await driver['reread'](active, new Error('no answer'), 1);
        return 'not-written';
      };
    };
    const budget = { runs: 5_000, seed: 1, shrinkTriesMax: 0 };
    const { failure } = await simulate({ ...shop, broken: { engine } }, budget);
    expect(failure?.problems.join()).toContain('does not say that it is stuck');
  }, 600_000);
});
