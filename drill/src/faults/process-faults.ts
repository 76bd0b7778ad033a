import { type AppName, APPS, PARTICIPANTS } from '@backstitch/tools';
import type { AppInstance } from '../site/app-instance.js';
import type { Site } from '../site/site.js';
import type { Fault, Injection } from './fault.js';
import { hurtFor, namesOf, revive, workUnderWay } from './work.js';

/** Longer than an orchestrator may be silent before another takes its sagas over (5 s). */
const LONGER_THAN_THE_LEASE_MS = 8_000;
/** How long a process stays dead. */
const DEAD_FOR_MS = 700;

const shortName = (app: AppName): string => (app === 'api-gateway' ? 'gateway' : app);

/** kill -9, a moment of absence, and back. */
async function killed(site: Site, victims: readonly AppInstance[]): Promise<Injection> {
  const inFlight = await workUnderWay(site);
  await Promise.all(victims.map((victim) => victim.kill('SIGKILL')));
  await hurtFor(site, DEAD_FOR_MS);
  await revive(...victims);
  return { what: `killed ${namesOf(victims)} with ${inFlight} sagas under way`, inFlight };
}

const kills: Fault[] = APPS.map(({ name }) => ({
  name: `kill-${shortName(name)}`,
  title: `kill -9 of one ${name}`,
  inject: (site) => killed(site, [site.random.pick(site.of(name))]),
}));

const killsOfSeveral: Fault[] = [
  {
    name: 'kill-two',
    title: 'kill -9 of any two processes at once',
    inject: (site) => killed(site, site.random.shuffle(site.apps).slice(0, 2)),
  },
  {
    name: 'kill-both-orchestrators',
    title: 'kill -9 of every orchestrator at once',
    inject: (site) => killed(site, site.of('orchestrator')),
  },
  {
    name: 'kill-a-whole-service',
    title: 'kill -9 of every instance of one service at once',
    inject: (site) => killed(site, site.of(site.random.pick(PARTICIPANTS).name)),
  },
  {
    name: 'kill-everything',
    title: 'kill -9 of every app at once',
    seconds: 15,
    inject: (site) => killed(site, site.apps),
  },
];

const rollingRestart: Fault = {
  name: 'rolling-restart',
  title: 'SIGTERM and restart of every process, one after the other',
  seconds: 30,
  async inject(site) {
    let inFlight = 0;
    for (const instance of site.random.shuffle(site.apps)) {
      inFlight += await workUnderWay(site, 1);
      await instance.stop();
      await revive(instance);
      if (site.stopping.aborted) break;
    }
    const what = `ended and restarted ${site.apps.length} processes with ${inFlight} sagas under way in all`;
    return { what, inFlight };
  },
};

/** SIGSTOP for longer than the lease: it wakes up as a zombie that knows nothing of what went on. */
function zombie(app: AppName): Fault {
  return {
    name: `freeze-${shortName(app)}`,
    title: `SIGSTOP of one ${app} for ${LONGER_THAN_THE_LEASE_MS / 1_000} s, then SIGCONT`,
    seconds: 14,
    async inject(site) {
      const victim = site.random.pick(site.of(app));
      const inFlight = await workUnderWay(site);
      try {
        victim.freeze();
        await hurtFor(site, LONGER_THAN_THE_LEASE_MS);
      } finally {
        victim.thaw();
      }
      return { what: `froze ${victim.name} with ${inFlight} sagas under way`, inFlight };
    },
  };
}

export const PROCESS_FAULTS: readonly Fault[] = [
  ...kills,
  ...killsOfSeveral,
  rollingRestart,
  ...APPS.map(({ name }) => zombie(name)),
];
