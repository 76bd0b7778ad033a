import {
  simulate,
  simulationBudget,
  simulationReport,
  type SimulationOptions,
} from '@backstitch/saga-engine/testing';
import { describe, expect, it } from '@jest/globals';
import { TIMING } from '../../testing/timing.js';
import { marketplaceSaga } from './marketplace-saga.js';
import type { PlacedInput } from './placed-order.js';

const definition = marketplaceSaga({
  ...TIMING,
  sellerDecidesMs: 60_000,
  customerPaysMs: 60_000,
  sellerFulfilsMs: 60_000,
  graceMs: 10_000,
});
const kept = { expiresAt: '2099-01-01T00:00:00.000Z' };
const people: SimulationOptions<PlacedInput> = {
  definition,
  otherVersions: [{ ...definition, version: 2 }],
  input: {
    userId: 'user-123',
    caller: 'o:user-123',
    sellerId: 'u:issuer:seller-1',
    items: [{ productId: '660facf7-b9cf-417a-8ee1-27afe2fb2c72', quantity: 2, price: '29.99' }],
    totalAmount: '59.98',
  },
  responses: { INVENTORY_RESERVED: kept, HOLD_EXTENDED: kept },
  signals: { confirm: { actor: 'u:issuer:seller-1' }, fulfil: { tracking: 'T-1' } },
};

describe('the saga of a marketplace order, among people, orchestrators and services that fail', () => {
  it('ends wholly done or wholly undone, whatever happens', async () => {
    const budget = simulationBudget(1_000);
    const report = simulationReport(await simulate(people, budget), budget);
    process.stderr.write(`${report}\n`);
    expect(report).toMatch(/^simulation: \d+ runs/);
  }, 1_800_000);

  it('sees orders end both ways, by signals and by time', async () => {
    const { counts, done, undone } = await simulate(people, { runs: 300, seed: 1 });
    for (const name of ['signalled', 'waiting', 'timed-out'] as const) {
      expect(counts.get(name)).toBeGreaterThan(50);
    }
    expect(done).toBeGreaterThan(0);
    expect(undone).toBeGreaterThan(0);
  }, 600_000);
});
