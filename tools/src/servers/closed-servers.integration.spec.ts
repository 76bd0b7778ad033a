import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  lchownSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { connect } from 'amqplib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serverRows } from '../apps/system-databases.js';
import { accountForPostgres, accountForRabbit } from './account.js';
import { postgresLogin, rabbitLogin } from './logins.js';
import { startPrivatePostgres, type PrivatePostgres } from './private-postgres.js';
import { startPrivateRabbit, type PrivateRabbit } from './private-rabbit.js';
import { pathKey } from './project.js';
import { ProcessLedger } from './process-ledger.js';

const SERVERS_START_MS = 120_000;
const isRoot = process.getuid?.() === 0;
/** The account that tries to read: one that is none of the servers'. It needs no entry in /etc/passwd. */
const OTHER_ACCOUNT = { uid: 64_999, gid: 64_999 };

let folder: string;
let ledger: ProcessLedger;
let postgres: PrivatePostgres;
let rabbit: PrivateRabbit;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'closed-'));
  chmodSync(folder, 0o711); // the servers' accounts must pass
  ledger = new ProcessLedger(join(folder, 'processes'));
  [postgres, rabbit] = await Promise.all([
    startPrivatePostgres({ dataDir: join(folder, 'postgres'), ledger }),
    startPrivateRabbit({ dataDir: join(folder, 'rabbitmq'), ledger }),
  ]);
}, SERVERS_START_MS);
afterAll(async () => {
  await Promise.all([postgres?.stop({ hurry: true }), rabbit?.stop({ hurry: true })]);
  rmSync(folder, { recursive: true, force: true });
}, SERVERS_START_MS);

const passwordOf = (url: string) => decodeURIComponent(new URL(url).password);
const cookie = () => readFileSync(join(rabbit.dataDir, '.erlang.cookie'), 'utf8');
const secrets = () => [cookie(), passwordOf(postgres.url), passwordOf(rabbit.url)];

function everythingIn(path: string): string[] {
  const isFolder = lstatSync(path).isDirectory();
  const inner = isFolder ? readdirSync(path).flatMap((name) => everythingIn(join(path, name))) : [];
  return [path, ...inner];
}

function asStranger(program: string, ...parameters: string[]) {
  return spawnSync(program, parameters, {
    ...OTHER_ACCOUNT,
    cwd: '/',
    env: { PATH: process.env.PATH, HOME: '/tmp', ERL_EPMD_PORT: String(rabbit.epmdPort) },
    encoding: 'utf8',
  });
}

/** What an Erlang of another account hears when it calls the broker with a cookie. */
function ping(withCookie: string): string {
  const call = `io:format("~s", [net_adm:ping('${rabbit.nodeName}')]), halt().`;
  const words = ['-noshell', '-sname', `probe-${process.pid}@localhost`, '-setcookie', withCookie];
  return asStranger('erl', ...words, '-eval', call).stdout;
}

/** The words or the environment of every process that we may read. */
function processesWith(what: 'cmdline' | 'environ'): { pid: number; text: string }[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      return [{ pid: Number(pid), text: readFileSync(`/proc/${pid}/${what}`, 'latin1') }];
    } catch {
      return []; // it has ended, or is not ours
    }
  });
}

/** As the kernel writes 127.0.0.1 and ::1. */
const LOOPBACKS = ['0100007F', '00000000000000000000000001000000'];

/** The addresses a process listens at, as the kernel writes them. */
function listeningAddresses(pid: number): string[] {
  const files = readdirSync(`/proc/${pid}/fd`).map((one) => linkOf(`/proc/${pid}/fd/${one}`));
  const tables = ['tcp', 'tcp6'].map((table) => readFileSync(`/proc/${pid}/net/${table}`, 'utf8'));
  return tables.flatMap((table) =>
    table
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === '0A' && files.includes(`socket:[${fields[9]}]`))
      .map((fields) => fields[1]!.split(':')[0]!),
  );
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ''; // closed meanwhile
  }
}

describe('the private servers', () => {
  it('run under accounts that are not root', () => {
    expect(ledger.entries()).toHaveLength(3);
    for (const { pid } of ledger.entries()) expect(statSync(`/proc/${pid}`).uid).not.toBe(0);
  });

  it('listen on the loopback addresses only, Erlang’s ports included', () => {
    for (const { name, pid } of ledger.entries()) {
      const local = listeningAddresses(pid);
      expect([name, local.length]).not.toEqual([name, 0]);
      for (const one of local)
        expect([name, LOOPBACKS]).toEqual([name, expect.arrayContaining([one])]);
    }
  });

  it('let only their own account read their files', () => {
    for (const [data, account] of [
      [postgres.dataDir, accountForPostgres()],
      [rabbit.dataDir, accountForRabbit()],
    ] as const) {
      const all = everythingIn(data);
      expect(all.length).toBeGreaterThan(10);
      for (const path of all) {
        const { mode, uid } = lstatSync(path);
        const owner = account?.uid ?? process.getuid?.();
        expect([path, mode & 0o077, uid]).toEqual([path, 0, owner]);
      }
    }
    for (const name of ['rabbitmq.conf', '.erlang.cookie', 'password', 'rabbitmq.log']) {
      expect(statSync(join(rabbit.dataDir, name)).mode & 0o777).toBe(0o600);
    }
  });

  it('show no cookie and no password in the words of any process, nor in their environment', () => {
    const known = secrets();
    for (const secret of known) expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(known).size).toBe(3);
    const cookieWord = /-setcookie/;
    const ours = new Set(ledger.entries().map(({ pid }) => pid));
    for (const { pid, text } of processesWith('cmdline')) {
      expect(known.filter((secret) => text.includes(secret))).toEqual([]);
      if (ours.has(pid)) expect(text).not.toMatch(cookieWord);
    }
    for (const { pid, text } of processesWith('environ')) {
      if (!ours.has(pid)) continue;
      expect(known.filter((secret) => text.includes(secret))).toEqual([]);
      expect(text).not.toMatch(/TEST_RABBITMQ_URL|TEST_POSTGRES_URL/);
    }
  });

  it('refuse the passwords of the documents', async () => {
    const former = (url: string, password: string) => url.replace(/:[^:@]+@/, `:${password}@`);
    expect(await postgresLogin(former(postgres.url, '1111'))).toMatchObject({ kind: 'refused' });
    expect(await rabbitLogin(former(rabbit.url, 'admin'))).toMatchObject({ kind: 'refused' });
  });

  // A way in can be tried only by another account, and only root may become one.
  if (isRoot)
    it('keep configuration, cookie, messages and tables from another account', () => {
      for (const path of [
        join(rabbit.dataDir, 'rabbitmq.conf'),
        join(rabbit.dataDir, '.erlang.cookie'),
        join(rabbit.dataDir, 'rabbitmq.log'),
        join(postgres.dataDir, 'postgres.log'),
        join(postgres.dataDir, 'password'),
      ]) {
        expect(readFileSync(path)).toBeInstanceOf(Buffer);
        expect(asStranger('cat', path).stderr).toContain('Permission denied');
      }
      for (const path of [join(rabbit.dataDir, 'mnesia'), postgres.cluster, rabbit.dataDir]) {
        expect(asStranger('ls', path).stderr).toContain('Permission denied');
      }
      // What is beside them may be read: the folder is not simply out of reach.
      expect(asStranger('ls', '-d', rabbit.dataDir).status).toBe(0);
    });

  if (isRoot)
    it(
      'take no call of Erlang from a process without the cookie',
      () => {
        const derived = [`${rabbit.dataDir} cookie`, rabbit.dataDir, dirname(rabbit.dataDir)];
        for (const path of derived) expect(ping(pathKey(path))).toBe('pang');
        expect(ping(cookie())).toBe('pong'); // it is the cookie that was missing
      },
      SERVERS_START_MS,
    );

  it('answer to rabbitmqctl, which finds the cookie', async () => {
    const { code, output } = await rabbit.ctl(['list_users', '--silent']);
    expect([code, output]).toEqual([0, expect.stringContaining('admin')]);
  }, 60_000);
});

/** Makes a data folder one of an earlier version: owned by the user who started it, open, without secrets. */
function makeFormer(data: string): void {
  for (const name of ['password', '.erlang.cookie']) rmSync(join(data, name), { force: true });
  for (const path of everythingIn(data)) {
    if (isRoot) lchownSync(path, 0, 0);
    chmodSync(path, lstatSync(path).isDirectory() ? 0o755 : 0o644);
  }
}

describe('data of an earlier version', () => {
  it(
    'of RabbitMQ is taken over: its messages stay, the password and the cookie become secrets',
    async () => {
      const dataDir = join(folder, 'former-rabbit');
      const former = await startPrivateRabbit({ dataDir, ledger, password: 'admin' });
      const first = await connect(former.url);
      const channel = await first.createConfirmChannel();
      await channel.assertQueue('kept', { durable: true });
      channel.sendToQueue('kept', Buffer.from('seven'), { persistent: true });
      await channel.waitForConfirms();
      await first.close();
      await former.stop();
      makeFormer(former.dataDir);

      const server = await startPrivateRabbit({ dataDir, ledger });
      const second = await connect(server.url);
      const message = await (await second.createChannel()).get('kept', { noAck: true });
      expect(message && message.content.toString()).toBe('seven');
      await second.close();
      const demo = server.url.replace(/:[^:@]+@/, ':admin@');
      expect(await rabbitLogin(demo)).toMatchObject({ kind: 'refused' });
      const file = statSync(join(server.dataDir, '.erlang.cookie'));
      expect([file.mode & 0o777, statSync(server.dataDir).mode & 0o777]).toEqual([0o600, 0o700]);
      if (isRoot) expect(statSync(`/proc/${server.pid}`).uid).not.toBe(0);
      await server.stop({ hurry: true });
    },
    3 * SERVERS_START_MS,
  );

  it(
    'of PostgreSQL is taken over: its tables stay, the password becomes a secret, and back',
    async () => {
      const dataDir = join(folder, 'former-postgres');
      const former = await startPrivatePostgres({ dataDir, ledger, password: '1111' });
      await serverRows(former.url, 'CREATE TABLE kept AS SELECT 7 AS n');
      await former.stop();
      rmSync(join(former.dataDir, 'password'), { force: true });
      chmodSync(former.dataDir, 0o755);

      const server = await startPrivatePostgres({ dataDir, ledger });
      expect(await serverRows(server.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
      const demo = server.url.replace(/:[^:@]+@/, ':1111@');
      expect(await postgresLogin(demo)).toMatchObject({ kind: 'refused' });
      expect(statSync(server.dataDir).mode & 0o777).toBe(0o700);
      await server.stop();

      const again = await startPrivatePostgres({ dataDir, ledger, password: '1111' });
      expect(again.url).toBe(demo.replace(`:${server.port}`, `:${again.port}`));
      expect(await serverRows(again.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
      await again.stop({ hurry: true });
    },
    SERVERS_START_MS,
  );
});
