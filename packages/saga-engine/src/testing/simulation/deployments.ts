import type { SimulatedProcess } from './simulated-process.js';
import type { Mishap, World } from './world.js';

/** From one process of a rolling deployment to the next. */
const ROLLING_MS = 6_000;

/** Clean stops and new starts of all processes, while commands wait to be sent. */
export function deploymentsOf(world: World, processes: readonly SimulatedProcess[]): Mishap[] {
  const there = processes.filter((one) => one.isAwake && !one.isLeaving);
  const waiting = there.reduce((sum, one) => sum + one.engine.heldBack, 0);
  if (waiting === 0) return [];
  return [
    {
      name: `all processes are replaced at once, ${waiting} commands wait`,
      happen: () => there.forEach((one) => one.stop()),
    },
    {
      name: `one process after another is replaced, ${waiting} commands wait`,
      happen: () => there.forEach((one, nth) => world.after(nth * ROLLING_MS, () => one.stop())),
    },
  ];
}
