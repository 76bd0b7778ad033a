import { describe, expect, it } from '@jest/globals';
import { purchase } from '../fixtures/purchase.js';
import { trip } from '../fixtures/trip.js';
import { simulate, simulationBudget, simulationReport, type SimulationOptions } from './index.js';

const shop: SimulationOptions<{ amount: string }> = {
  definition: purchase,
  input: { amount: '9.99' },
  responses: { STOCK_RESERVED: { holdId: 'hold-1' } },
};

describe('the simulation of the engine', () => {
  it('finds no schedule that breaks a saga with everything a saga can have', async () => {
    const budget = simulationBudget(2_000);
    const report = simulationReport(await simulate(shop, budget), budget);
    process.stderr.write(`${report}\n`);
    expect(report).toMatch(/^simulation: \d+ runs/);
  }, 600_000);

  it('finds no schedule that breaks several sagas of three impatient orchestrators', async () => {
    const budget = simulationBudget(300);
    const several = { definition: trip, input: { to: 'Rome' }, sagas: 4, instances: 3 };
    const report = simulationReport(await simulate(several, budget), budget);
    expect(report).toMatch(/^simulation: \d+ runs/);
  }, 600_000);

  it('sees sagas end both ways', async () => {
    const { done, undone } = await simulate(shop, { runs: 100, seed: 1 });
    expect(Math.min(done, undone)).toBeGreaterThan(20);
  });
});
