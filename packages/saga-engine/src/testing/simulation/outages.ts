import type { SimulatedProcess } from './simulated-process.js';
import type { Mishap, World } from './world.js';

/** Shorter than an owner's silence, longer than it, longer than a step may take. */
const OUTAGES_MS = [2_000, 8_000, 30_000];
const A_DAY_MS = 24 * 60 * 60_000;

/** What hits all processes at once: what they share is away, or its clock was set. */
export function outagesOf(world: World, processes: readonly SimulatedProcess[]): Mishap[] {
  return [
    {
      name: 'the database is away for a while',
      happen: () => {
        world.databaseAwayUntilMs = world.nowMs + world.lasting(OUTAGES_MS);
      },
    },
    {
      name: 'the broker takes nothing for a while',
      happen: () => {
        world.brokerAwayUntilMs = world.nowMs + world.lasting(OUTAGES_MS);
      },
    },
    ...processes
      .filter((one) => one.isAwake)
      .map((one) => ({
        name: `${one.id} is killed, and the clock that timed its heartbeat goes back a day`,
        happen: () => one.dieInTheFuture(A_DAY_MS),
      })),
  ];
}
