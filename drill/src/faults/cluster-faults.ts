import { PARTICIPANTS } from '@backstitch/tools';
import type { ClusterServers } from '../site/servers.js';
import type { Site } from '../site/site.js';
import type { Fault } from './fault.js';
import { hurtFor, workUnderWay } from './work.js';

const WITHOUT_THE_NODE_MS = 5_000;

const leaderKilled: Fault = {
  name: 'broker-leader-killed',
  title: `kill -9 of the RabbitMQ node that leads a command queue; back after ${WITHOUT_THE_NODE_MS / 1_000} s`,
  seconds: 25,
  async inject(site) {
    const { brokers } = clusterOf(site);
    const queue = site.random.pick(PARTICIPANTS).commandQueue;
    const leader = await brokers.leaderOf(queue);
    if (!leader) throw new Error(`${queue} has no leader`);
    const inFlight = await workUnderWay(site);
    await leader.kill();
    await hurtFor(site, WITHOUT_THE_NODE_MS);
    await leader.start();
    await brokers.formed();
    return { what: `killed the leader of ${queue} with ${inFlight} sagas under way`, inFlight };
  },
};

const nodeRestarted: Fault = {
  name: 'broker-node-restarted',
  title: 'stop and start of one RabbitMQ node, in order',
  seconds: 30,
  async inject(site) {
    const { brokers } = clusterOf(site);
    const node = site.random.pick(brokers.nodes);
    const inFlight = await workUnderWay(site);
    await node.stop();
    await node.start();
    await brokers.formed();
    return { what: `restarted a node with ${inFlight} sagas under way`, inFlight };
  },
};

const primaryPromoted: Fault = {
  name: 'primary-promoted',
  title: 'kill -9 of the PostgreSQL primary and promotion of its standby, which gets one anew',
  async inject(site) {
    const { database } = clusterOf(site);
    const inFlight = await workUnderWay(site);
    await database.failOver();
    return { what: `killed the primary with ${inFlight} sagas under way`, inFlight };
  },
};

function clusterOf({ cluster }: Site): ClusterServers {
  if (!cluster) throw new Error('this fault needs --cluster');
  return cluster;
}

/** What can be broken only where there is more than one of the servers: with --cluster. */
export const CLUSTER_FAULTS: readonly Fault[] = [leaderKilled, nodeRestarted, primaryPromoted];
