import { type AppName, BROKER_USERS } from '@backstitch/tools';
import type { BrokerServer } from '../site/drilled-servers.js';
import type { Site } from '../site/site.js';
import type { Fault, Injection } from './fault.js';
import { hurtFor, workUnderWay } from './work.js';

const CUTS = 3;
const BETWEEN_CUTS_MS = 1_500;
/** Longer than a reply may take, shorter than the heartbeats of a connection. */
const SILENT_MS = 6_000;
const A_MINUTE_MS = 60_000;

function linkCut(app: AppName): Fault {
  return {
    name: `cut-broker-link-${app}`,
    title: `both connections of one ${app} to RabbitMQ reset, ${CUTS} times`,
    async inject(site) {
      const victim = site.random.pick(site.of(app));
      let inFlight = 0;
      for (let cut = 0; cut < CUTS; cut += 1) {
        if (cut > 0) await hurtFor(site, BETWEEN_CUTS_MS);
        inFlight += await workUnderWay(site);
        for (const link of victim.brokerLinks) link.cut();
      }
      return { what: `cut ${victim.name} off with ${inFlight} sagas under way in all`, inFlight };
    },
  };
}

const linkSilent: Fault = {
  name: 'silent-broker-link',
  title: `no byte between one app and RabbitMQ for ${SILENT_MS / 1_000} s, connections open`,
  seconds: 10,
  async inject(site) {
    const victim = site.random.pick(site.apps.filter(({ brokerLinks }) => brokerLinks.length > 0));
    const inFlight = await workUnderWay(site);
    try {
      for (const link of victim.brokerLinks) link.stall();
      await hurtFor(site, SILENT_MS);
    } finally {
      for (const link of victim.brokerLinks) link.flow();
    }
    return { what: `silenced ${victim.name} with ${inFlight} sagas under way`, inFlight };
  },
};

/** RabbitMQ ends in some way, and is back after a while with what it kept on disk. */
async function brokerAway(
  site: Site,
  end: (broker: BrokerServer) => Promise<unknown>,
  awayMs: number,
): Promise<Injection> {
  const inFlight = await workUnderWay(site);
  await end(site.broker);
  await hurtFor(site, awayMs);
  await site.broker.start();
  return { what: `RabbitMQ went away with ${inFlight} sagas under way`, inFlight };
}

const brokerOutages: Fault[] = [
  {
    name: 'broker-killed',
    title: 'kill -9 of RabbitMQ, and its start',
    seconds: 20,
    inject: (site) => brokerAway(site, (broker) => broker.kill(), 0),
  },
  {
    name: 'broker-restarted',
    title: 'stop of RabbitMQ in order, and its start',
    seconds: 25,
    inject: (site) => brokerAway(site, (broker) => broker.stop(), 0),
  },
  {
    name: 'broker-stopped-for-a-minute',
    title: 'RabbitMQ stopped for a minute',
    seconds: 90,
    inject: (site) => brokerAway(site, (broker) => broker.stop(), A_MINUTE_MS),
  },
];

export const BROKER_FAULTS: readonly Fault[] = [
  ...BROKER_USERS.map(({ name }) => linkCut(name)),
  linkSilent,
  ...brokerOutages,
];
