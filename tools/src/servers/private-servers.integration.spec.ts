import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@backstitch/testkit';
import { connect } from 'amqplib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { serverRows } from '../apps/system-databases.js';
import { accountForPostgres } from './account.js';
import { postgresLogin, rabbitLogin } from './logins.js';
import { embeddedPostgres, systemPostgres } from './postgres-binaries.js';
import { startPrivatePostgres } from './private-postgres.js';
import { startPrivateRabbit } from './private-rabbit.js';
import { ProcessLedger } from './process-ledger.js';

const account = accountForPostgres();
let folder: string;
let ledger: ProcessLedger;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'servers-'));
  chmodSync(folder, 0o711); // the servers' accounts must pass
  ledger = new ProcessLedger(join(folder, 'processes'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a private PostgreSQL', () => {
  it.each([
    ['of this machine', systemPostgres],
    ['of the package', () => embeddedPostgres(account)],
  ])(
    '%s keeps its data through a stop and a kill, and leaves no process',
    async (name, find) => {
      const binaries = await find();
      expect(binaries).toBeDefined();
      const dataDir = join(folder, name.replaceAll(' ', '-'));
      const server = await startPrivatePostgres({ dataDir, binaries, ledger });
      await serverRows(server.url, 'CREATE TABLE kept (n int)');
      await server.stop();
      expect(await postgresLogin(server.url)).toEqual({ kind: 'absent' });

      await server.start();
      await serverRows(server.url, 'INSERT INTO kept VALUES (7)');
      await server.kill();
      expect(await postgresLogin(server.url)).toEqual({ kind: 'absent' });

      await server.start();
      expect(await serverRows(server.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
      expect(ledger.entries().map(({ pid }) => pid)).toEqual([server.pid]);
      const wrong = server.url.replace(/:[^:@]+@/, ':2222@');
      expect(await postgresLogin(wrong)).toMatchObject({ kind: 'refused' });
      await server.stop({ hurry: true });
      expect(ledger.entries()).toEqual([]);
    },
    60_000,
  );

  it('that was killed starts again as soon as the last of its processes has ended', async () => {
    const server = await startPrivatePostgres({ dataDir: join(folder, 'orphans'), ledger });
    const client = new pg.Client({ connectionString: `${server.url}/postgres` });
    client.on('error', () => undefined);
    await client.connect();
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const orphan = rows[0]!.pid;
    process.kill(orphan, 'SIGSTOP'); // it does not notice that it is one
    await server.kill();
    const started = server.start();
    const log = join(server.dataDir, 'postgres.log');
    try {
      await waitFor('a start to be refused', () => {
        return readFileSync(log, 'utf8').includes('pre-existing shared memory block');
      });
    } finally {
      process.kill(orphan, 'SIGCONT');
    }
    await started;
    expect(await postgresLogin(server.url)).toEqual({ kind: 'welcome' });
    await server.stop({ hurry: true });
  }, 60_000);

  it('that cannot start says the end of its log', async () => {
    const settings = { shared_buffers: 'much' };
    const dataDir = join(folder, 'wrong');
    await expect(startPrivatePostgres({ dataDir, settings, ledger })).rejects.toThrow(
      /ended with code 1[^]*invalid value for parameter "shared_buffers"/,
    );
    expect(ledger.entries()).toEqual([]);
  }, 60_000);
});

describe('a private RabbitMQ', () => {
  it('keeps its messages through a kill, is ours alone, and leaves no process', async () => {
    const server = await startPrivateRabbit({ dataDir: join(folder, 'rabbit'), ledger });
    const names = () => ledger.entries().map(({ name }) => name);
    expect(names().sort()).toEqual(['RabbitMQ', 'epmd']);
    expect(await server.management.overview()).toHaveProperty('rabbitmq_version');
    await inChannel(server.url, async (channel) => {
      await channel.assertQueue('kept', { durable: true });
    });
    // RabbitMQ 3 answers a declaration before its disk says that it holds (see `kill`).
    await server.stop();
    await server.start();
    await inChannel(server.url, async (channel) => {
      channel.sendToQueue('kept', Buffer.from('seven'), { persistent: true });
      await channel.waitForConfirms();
    });

    await server.kill();
    expect(await rabbitLogin(server.url)).toEqual({ kind: 'absent' });
    expect(names()).toEqual(['epmd']);
    await server.start();
    await inChannel(server.url, async (channel) => {
      const message = await channel.get('kept', { noAck: true });
      expect(message && message.content.toString()).toBe('seven');
    });
    const wrong = server.url.replace(/:[^:@]+@/, ':wrong@');
    expect(await rabbitLogin(wrong)).toMatchObject({ kind: 'refused' });
    expect(await rabbitLogin(`amqp://127.0.0.1:1,${server.url}`)).toEqual({ kind: 'welcome' });

    await server.stop({ hurry: true });
    expect(names()).toEqual([]);
  }, 330_000);
});

type Channel = Awaited<ReturnType<Awaited<ReturnType<typeof connect>>['createConfirmChannel']>>;

async function inChannel(url: string, work: (channel: Channel) => Promise<void>): Promise<void> {
  const connection = await connect(url);
  try {
    await work(await connection.createConfirmChannel());
  } finally {
    await connection.close();
  }
}
