/**
 * `node --import …/first-run-soon.js`: an orchestrator begins to remove old sagas five to ten minutes
 * after its start; here it does so as soon as it has run warm.
 */
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';

const FIRST_RUN_MS = { min: 5 * 60_000, max: 10 * 60_000 };
const SOON_MS = 10_000;

const usual = timers.setTimeout;
timers.setTimeout = ((ms: number, ...rest: []) => {
  const isFirstRun = ms >= FIRST_RUN_MS.min && ms <= FIRST_RUN_MS.max;
  return usual(isFirstRun ? SOON_MS : ms, ...rest);
}) as typeof usual;
syncBuiltinESMExports();
