import { afterAll, beforeAll } from '@jest/globals';
import { System, type SystemOptions } from './system.js';

/** A limit for what hangs. */
const WITHIN_MS = 300_000;

interface SystemForTests extends SystemOptions {
  /** At the end, `pnpm reconcile` checks the data of the tests after it has settled for this time. */
  reconciledAfterMs?: number;
}

/**
 * Starts a system before the tests of a block, and ends it after them. `use` is given the system when
 * it is ready, and makes of it what the tests need.
 */
export function withSystem(
  { reconciledAfterMs, ...options }: SystemForTests,
  use: (system: System) => unknown,
): void {
  let system: System | undefined;
  beforeAll(async () => {
    system = await System.start(options);
    await use(system);
  }, WITHIN_MS);
  afterAll(
    async () => {
      try {
        if (reconciledAfterMs !== undefined) await system?.expectReconciled(reconciledAfterMs);
      } finally {
        await system?.stop();
      }
    },
    WITHIN_MS + (reconciledAfterMs ?? 0),
  );
}
