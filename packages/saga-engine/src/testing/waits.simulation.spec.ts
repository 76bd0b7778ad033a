import { describe, expect, it } from '@jest/globals';
import { booking, input } from '../fixtures/booking.js';
import { simulate, simulationBudget, simulationReport, type SimulationOptions } from './index.js';

const people: SimulationOptions<{ nights: number }> = {
  definition: booking,
  otherVersions: [{ ...booking, version: 2 }],
  input,
  signals: { paid: { paymentId: 'p-1' } },
};

describe('the simulation of sagas that wait, with people', () => {
  it('finds no schedule that breaks a promise to a saga or to the sender of a signal', async () => {
    const budget = simulationBudget(1_500);
    const report = simulationReport(await simulate(people, budget), budget);
    process.stderr.write(`${report}\n`);
    expect(report).toMatch(/^simulation: \d+ runs/);
  }, 600_000);

  it('finds none with several sagas and three orchestrators', async () => {
    const budget = simulationBudget(300);
    const several = { ...people, sagas: 4, instances: 3 };
    const report = simulationReport(await simulate(several, budget), budget);
    expect(report).toMatch(/^simulation: \d+ runs/);
  }, 600_000);

  it('tries signals, waits and timers, and sees sagas end both ways', async () => {
    const { counts, done, undone } = await simulate(people, { runs: 500, seed: 1 });
    for (const name of ['signalled', 'waiting', 'timed-out'] as const) {
      expect(counts.get(name)).toBeGreaterThan(100);
    }
    expect(Math.min(done, undone)).toBeGreaterThan(50);
  }, 600_000);
});
