import type { Fault } from './fault.js';
import { hurtFor, revive, workUnderWay } from './work.js';

/** As a URL, in which a space of the path does not end the option. */
const PRELOAD = new URL('../preload/shift-date.js', import.meta.url).href;
const TEN_MINUTES_MS = 600_000;
const OFF_FOR_MS = 8_000;

function clockOff(name: string, byMs: number): Fault {
  return {
    name,
    title: `the clock of one app off by ${byMs / 60_000} minutes, for ${OFF_FOR_MS / 1_000} s`,
    seconds: 18,
    async inject(site) {
      const victim = site.random.pick(site.apps);
      await victim.stop();
      let inFlight = 0;
      try {
        victim.start({ NODE_OPTIONS: `--import ${PRELOAD}`, CLOCK_SHIFT_MS: String(byMs) });
        await victim.untilReady();
        inFlight = await workUnderWay(site);
        await hurtFor(site, OFF_FOR_MS);
      } finally {
        await victim.stop();
        await revive(victim);
      }
      return { what: `${victim.name} was off, with ${inFlight} sagas under way`, inFlight };
    },
  };
}

export const CLOCK_FAULTS: readonly Fault[] = [
  clockOff('clock-ahead', TEN_MINUTES_MS),
  clockOff('clock-behind', -TEN_MINUTES_MS),
];
