import { type AppName, PARTICIPANTS } from '@backstitch/tools';
import type { Fault } from './fault.js';
import { hurtFor, revive, workUnderWay } from './work.js';

/** As a URL, in which a space of the path does not end the option. */
const PRELOAD = new URL('../preload/shift-date.js', import.meta.url).href;
const TEN_MINUTES_MS = 600_000;
const OFF_FOR_MS = 8_000;
/**
 * Of an app that signs requests or looks at signatures and tokens: they are valid for a minute, and
 * for half a minute before they are issued. With a clock that is further off it refuses everything,
 * as it must.
 */
const SIGNED_OFF_MS_MAX = 25_000;
const TAKES_COMMANDS = new Set<AppName>(PARTICIPANTS.map(({ name }) => name));

/** How far the clock of this app may be off. */
function shiftOf(app: AppName, byMs: number): number {
  if (TAKES_COMMANDS.has(app)) return byMs;
  return Math.sign(byMs) * Math.min(Math.abs(byMs), SIGNED_OFF_MS_MAX);
}

function clockOff(name: string, byMs: number): Fault {
  return {
    name,
    title:
      `the clock of one app off, for ${OFF_FOR_MS / 1_000} s: of a service by ` +
      `${byMs / 60_000} minutes, of another app by ${shiftOf('api-gateway', byMs) / 1_000} s`,
    seconds: 18,
    async inject(site) {
      const victim = site.random.pick(site.apps);
      const shiftMs = shiftOf(victim.app, byMs);
      await victim.stop();
      let inFlight = 0;
      try {
        victim.start({ NODE_OPTIONS: `--import ${PRELOAD}`, CLOCK_SHIFT_MS: String(shiftMs) });
        await victim.untilReady();
        inFlight = await workUnderWay(site);
        await hurtFor(site, OFF_FOR_MS);
      } finally {
        await victim.stop();
        await revive(victim);
      }
      return {
        what: `${victim.name} was off by ${shiftMs / 1_000} s, with ${inFlight} sagas under way`,
        inFlight,
      };
    },
  };
}

export const CLOCK_FAULTS: readonly Fault[] = [
  clockOff('clock-ahead', TEN_MINUTES_MS),
  clockOff('clock-behind', -TEN_MINUTES_MS),
];
