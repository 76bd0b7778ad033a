import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@backstitch/testkit';
import { connect } from 'amqplib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ProcessLedger } from './process-ledger.js';
import { startRabbitCluster, type RabbitCluster } from './rabbit-cluster.js';

const QUORUM = { durable: true, arguments: { 'x-queue-type': 'quorum' } };
const MESSAGES = 200;

describe('a private RabbitMQ cluster', () => {
  let folder: string;
  let ledger: ProcessLedger;
  let cluster: RabbitCluster;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cluster-'));
    chmodSync(folder, 0o711); // the brokers' account must pass
    ledger = new ProcessLedger(join(folder, 'processes'));
    cluster = await startRabbitCluster({ dataDir: join(folder, 'data'), ledger });
  }, 300_000);
  afterAll(async () => {
    await cluster?.stop({ hurry: true });
    rmSync(folder, { recursive: true });
  });

  const names = () => ledger.entries().map(({ name }) => name);

  it('is three nodes that see each other, with one name server', async () => {
    await cluster.formed();
    expect(names().sort()).toEqual(['RabbitMQ', 'RabbitMQ', 'RabbitMQ', 'epmd']);
    expect(new Set(cluster.url.split(',')).size).toBe(3);
  }, 90_000);

  it("keeps a quorum queue's messages when its leader is killed, and takes the node back", async () => {
    const first = cluster.nodes[0]!;
    await confirmed(first.url, 'kept');
    const leader = await waitFor('the leader to be known', () => cluster.leaderOf('kept'));
    expect(leader).toBe(first); // the node at which the queue was declared

    await leader.kill();
    expect([leader.running, names().length]).toEqual([false, 3]);
    const next = await waitFor('another leader', () => cluster.leaderOf('kept'), {
      timeoutMs: 30_000,
    });
    expect(next).not.toBe(leader);
    expect(await taken(cluster.nodes[2]!.url, 'kept')).toHaveLength(MESSAGES);

    await leader.start();
    await cluster.formed();
    expect(await taken(leader.url, 'kept')).toHaveLength(MESSAGES);
  }, 180_000);

  it('comes back with its messages when all its nodes were killed, and leaves no process', async () => {
    await cluster.kill();
    expect(names()).toEqual(['epmd']);
    await cluster.start();
    expect(await taken(cluster.nodes[1]!.url, 'kept')).toHaveLength(MESSAGES);
    await cluster.stop({ hurry: true });
    expect(names()).toEqual([]);
  }, 180_000);
});

async function confirmed(url: string, queue: string): Promise<void> {
  const connection = await connect(url);
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue(queue, QUORUM);
  for (let sent = 0; sent < MESSAGES; sent += 1) {
    channel.sendToQueue(queue, Buffer.from(String(sent)), { persistent: true });
  }
  await channel.waitForConfirms();
  await connection.close();
}

/** The different messages that a queue delivers; none is acknowledged, so all stay. */
async function taken(url: string, queue: string): Promise<string[]> {
  const connection = await connect(url);
  const channel = await connection.createChannel();
  const seen = new Set<string>();
  await channel.consume(queue, (message) => seen.add(String(message?.content)));
  await waitFor('every message', () => seen.size >= MESSAGES);
  await connection.close();
  return [...seen];
}
