import { describe, expect, it } from '@jest/globals';
import type { SagaEngine } from '../runtime/engine.js';
import { changedVersions, first, next } from '../fixtures/purchase-versions.js';
import { simulate, simulationBudget, simulationReport, type SimulationOptions } from './index.js';

const shop: SimulationOptions<{ amount: string }> = {
  definition: first,
  otherVersions: [next],
  changedVersions: Object.values(changedVersions),
  input: { amount: '9.99' },
  sagas: 2,
};

describe('the simulation of definitions that change while sagas are in flight', () => {
  it('finds every saga true to its version, and a version that changed refused', async () => {
    const budget = simulationBudget(1_500);
    const report = simulationReport(await simulate(shop, budget), budget);
    expect(report).toMatch(/^simulation: \d+ runs/);
  }, 600_000);

  it.each(Object.entries(changedVersions))(
    'catches an engine that drives a version which changed: it %s',
    async (_name, changed) => {
      const engine = (made: SagaEngine) => {
        // What it was given is recorded, and compared with nothing.
        const { store } = made['ports'];
        const record = [1, 2].map((version) => ({ name: 'purchase', version, fingerprint: '' }));
        made['record'].check = async () => {
          await store.recordDefinitions(record).catch(() => undefined);
        };
      };
      const options = { ...shop, changedVersions: [changed], broken: { engine } };
      const report = await simulate(options, { runs: 5_000, seed: 1, shrinkTriesMax: 0 });
      expect(report.failure?.problems ?? []).not.toEqual([]);
    },
    600_000,
  );
});
