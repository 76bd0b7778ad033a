import { describe, expect, it } from '@jest/globals';
import { purchase } from '../fixtures/purchase.js';
import { keptSeeds } from '../fixtures/kept-seeds.js';
import { trip } from '../fixtures/trip.js';
import type { EngineCount } from '../runtime/ports.js';
import { Chance } from './simulation/chance.js';
import { Simulation } from './simulation/simulation.js';
import {
  replayKept,
  simulate,
  simulationBudget,
  simulationReport,
  type SimulationOptions,
} from './index.js';

const shop: SimulationOptions<{ amount: string }> = {
  definition: purchase,
  otherVersions: [{ ...purchase, version: 2 }],
  input: { amount: '9.99' },
  responses: { STOCK_RESERVED: { holdId: 'hold-1' } },
};

/** What this saga has no use for: it has no waits. */
type OfWaits = 'signalled' | 'waiting' | 'timed-out';

const EVERY_COUNT: Record<Exclude<EngineCount, OfWaits>, true> = {
  started: true,
  replied: true,
  ignored: true,
  retried: true,
  unsent: true,
  'guard-failed': true,
  'outcome-unknown': true,
  'taken-over': true,
  'found-again': true,
  dropped: true,
  attention: true,
  operated: true,
  done: true,
  undone: true,
};

describe('the simulation of the engine', () => {
  it('finds no schedule that breaks a saga with everything a saga can have', async () => {
    const budget = simulationBudget(2_000);
    const report = simulationReport(await simulate(shop, budget), budget);
    process.stderr.write(`${report}\n`);
    expect(report).toMatch(/^simulation: \d+ runs/);
  }, 600_000);

  it('still goes every way of the runs that were worth keeping', async () => {
    const counts = new Map<EngineCount, number>();
    expect(await replayKept(shop, keptSeeds, counts)).toBeUndefined();
    const all = Object.keys(EVERY_COUNT) as EngineCount[];
    expect(all.filter((name) => !counts.has(name))).toEqual([]);
  });

  it('finds no schedule that breaks several sagas of three orchestrators with short timeouts', async () => {
    const budget = simulationBudget(300);
    const several = { definition: trip, input: { to: 'Rome' }, sagas: 4, instances: 3 };
    const report = simulationReport(await simulate(several, budget), budget);
    expect(report).toMatch(/^simulation: \d+ runs/);
  }, 600_000);

  it('finds no schedule that breaks sagas whose queues have few places', async () => {
    const budget = simulationBudget(500);
    const settings = { commandsPerQueueMax: 2, reservedPerQueue: 1, adoptedMax: 2 };
    const crowded = { ...shop, sagas: 6, settings };
    const report = simulationReport(await simulate(crowded, budget), budget);
    expect(report).toMatch(/^simulation: \d+ runs/);
  }, 600_000);

  it('tries everything that an engine counts, and sees sagas end both ways', async () => {
    const { counts, done, undone } = await simulate(shop, { runs: 1_000, seed: 1 });
    const all = Object.keys(EVERY_COUNT) as EngineCount[];
    expect(all.filter((name) => (counts.get(name) ?? 0) < 5)).toEqual([]);
    expect(Math.min(done, undone)).toBeGreaterThan(200);
  });

  it('makes the same run twice from one seed, and from the choices of a run', async () => {
    const tell = async (chance: Chance) => {
      const lines: string[] = [];
      const counters = { count: () => undefined };
      const { choices } = await new Simulation(shop, chance, { counters, lines }).run();
      return { choices, lines };
    };
    for (let seed = 1; seed <= 20; seed++) {
      const once = await tell(new Chance(seed));
      expect(await tell(new Chance(seed))).toEqual(once);
      expect(await tell(new Chance(once.choices))).toEqual(once);
    }
  });
});
