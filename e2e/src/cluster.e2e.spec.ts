import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { FaultProxy } from '@backstitch/drill/proxy';
import { Broker } from '@backstitch/messaging';
import { waitFor } from '@backstitch/testkit';
import {
  APP_NAMES,
  type PostgresPair,
  type RabbitCluster,
  startPostgresPair,
  startRabbitCluster,
} from '@backstitch/tools';
import { checkout, mouse, MOUSE } from './shopper.js';
import { SteadyLoad, untrueAnswers } from './steady-load.js';
import { System } from './system.js';

const WAIT_BUDGET_MS = 10_000;
const SHOPPERS = 6;
const ENOUGH = 50;
const COMMAND_QUEUES = ['order_commands', 'inventory_commands', 'payment_commands'];
/** Only quorum queues have leaders: dead letters outlive a node too. */
const LED_QUEUES = COMMAND_QUEUES.flatMap((queue) => [queue, `${queue}.dead`]);
const QUIET = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe('a broker cluster and a database with a standby', () => {
  let folder: string;
  let cluster: RabbitCluster;
  let pair: PostgresPair;
  let databaseLink: FaultProxy;
  let system: System;
  let load: SteadyLoad;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backstitch-e2e-'));
    await chmod(folder, 0o755); // PostgreSQL's own account must get through
    pair = await startPostgresPair({ dataDir: join(folder, 'postgres') });
    cluster = await startRabbitCluster({ dataDir: join(folder, 'rabbitmq') });
    databaseLink = await FaultProxy.start({ port: pair.primary.port });
    system = await System.start({
      rabbitmqUrl: cluster.url,
      postgresUrl: databaseLink.through(pair.primary.url),
      env: {
        QUEUE_TYPE: 'quorum',
        LOG_LEVEL: 'warn',
        CHECKOUT_WAIT_MS: String(WAIT_BUDGET_MS),
        CHECKOUT_DEDUPE_SECONDS: '0',
      },
    });
    await system.stock(100_000, MOUSE);
  }, 300_000);
  afterEach(() => load?.stop());
  afterAll(async () => {
    await system?.stop();
    await databaseLink?.close();
    await Promise.all([cluster?.stop({ hurry: true }), pair?.stop({ hurry: true })]);
    await rm(folder, { recursive: true, force: true });
  }, 300_000);

  /** Of the requests asked from now on, enough are answered 200, each within the wait budget. */
  const served = async (when: string): Promise<void> => {
    const fromMs = performance.now();
    const enough = () => load.servedSince(fromMs, WAIT_BUDGET_MS) >= ENOUGH;
    await waitFor(`service ${when}`, enough, { timeoutMs: 120_000 });
  };

  const nothingWasLost = async (): Promise<void> => {
    await load.stop();
    await system.settled(120_000);
    expect(await untrueAnswers(system, load.attempts)).toEqual([]);
    await system.expectReconciled();
    // What was answered before is answered again.
    const succeeded = load.attempts.filter(({ answer }) => answer?.status === 200);
    for (const { userId, key, answer } of succeeded.slice(0, ENOUGH)) {
      const again = await checkout(system.gatewayUrl, [mouse(1)], { userId, key });
      expect([again.status, again.body.orderId]).toEqual([200, answer?.body.orderId]);
    }
    for (const app of APP_NAMES) expect(system.apps[app].running).toBe(true);
  };

  const leaderOf = (queue: string) =>
    waitFor(`a leader of ${queue}`, () => cluster.leaderOf(queue), { timeoutMs: 60_000 });

  it('loses nothing when the node that leads the command queues is killed under load', async () => {
    const leader = await leaderOf('order_commands');
    for (const queue of LED_QUEUES) expect((await leaderOf(queue)).url).toBe(leader.url);
    load = new SteadyLoad(system, SHOPPERS);
    await served('before');

    await leader.kill();
    await served('without the node');
    for (const queue of LED_QUEUES) expect((await leaderOf(queue)).url).not.toBe(leader.url);
    await leader.start();
    await cluster.formed();
    await served('with the node back');
    await system.ready();
    await nothingWasLost();
  }, 600_000);

  it('reaches a queue for the first time while its leader is dying, before that node is back', async () => {
    const [first, ...others] = cluster.nodes;
    const brokerAt = async ({ url }: { url: string }): Promise<Broker> => {
      const broker = new Broker({
        urls: [url],
        name: 'newcomer',
        logger: QUIET,
        queueType: 'quorum',
        queues: ['quiet'],
      });
      broker.connect();
      await broker.ready();
      return broker;
    };
    const declarer = await brokerAt(first!);
    const newcomers = await Promise.all(others.map(brokerAt));
    expect((await leaderOf('quiet')).url).toBe(first!.url);
    await first!.kill();
    for (const { publisher } of newcomers) {
      const publish = () => publisher.publish('quiet', Buffer.from('{}'), {});
      const accepted = async () => (await publish()) === 'accepted';
      await waitFor('the queue to take a message', accepted, { timeoutMs: 60_000 });
    }
    await Promise.all([declarer, ...newcomers].map((broker) => broker.close()));
    await first!.start();
    await cluster.formed();
    await system.ready();
  }, 300_000);

  it('loses nothing when the primary is killed and its standby promoted under load', async () => {
    load = new SteadyLoad(system, SHOPPERS);
    await served('before');

    await pair.primary.kill();
    // The standby can be read already: a client that reaches it too early is told so, and waits.
    databaseLink.retarget({ port: pair.standby!.port });
    databaseLink.cut();
    // Those whose checkout is under way wait out their budget before they ask again.
    const isRefused = () => load.attempts.some(({ answer }) => answer?.status === 503);
    await waitFor('a checkout to be refused', isRefused, { timeoutMs: 60_000 });
    await pair.promote();
    await served('at the promoted standby');
    await system.ready();
    await nothingWasLost();
    const bugs = Object.values(system.apps).flatMap(({ lines }) =>
      lines.filter((line) => /read-only|25006/.test(line) && line.includes('"level":"error"')),
    );
    expect(bugs).toEqual([]);
  }, 600_000);
});
