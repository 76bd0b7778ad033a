import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from '@backstitch/testkit';
import { freePorts, isPortFree } from '@backstitch/tools';
import { copyProject, processesOf, removeProject, Terminal } from './project-copy.js';

const run = promisify(execFile);
const FIRST_START_MS = 400_000;
const NEXT_START_MS = 120_000;
/** A limit for what hangs: the lines of a moment. */
const SHOWN_MS = 60_000;
const OWN_SERVERS = { BACKSTITCH_SERVERS: 'private', PORT: '0' };

async function pidOf(app: string, folder: string): Promise<number> {
  const line = (await processesOf(folder)).find((each) =>
    each.includes(`apps/${app}/dist/main.js`),
  );
  return Number(line!.split(' ')[0]);
}

/** Of a machine that has both. */
async function expectBothLoopbackAddresses(url: string): Promise<void> {
  const { port } = new URL(url);
  const hosts = (await isPortFree(0, '::1')) ? ['127.0.0.1', '[::1]'] : ['127.0.0.1'];
  for (const host of hosts) {
    expect((await fetch(`http://${host}:${port}/api/products`)).status).toBe(200);
  }
}

async function expectOperatorsPort(terminal: Terminal, url: string): Promise<void> {
  const [, metrics] = await terminal.shows(/Operators\s+(http:\S+)\/metrics/, SHOWN_MS);
  expect((await fetch(`${metrics}/metrics`)).status).toBe(200);
  expect((await fetch(`${metrics}/health/dependencies`)).status).toBe(200);
  expect((await fetch(`${url}/metrics`)).status).toBe(404);
}

/** What a shell, a glob, a URL and a scripting language each would read something else into. */
const ODD_NAME = `O'Neil & "Sons" $HOME (x) \`id\`; 100% größe`;

describe('npm start from a fresh copy, in a folder with an odd name', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await copyProject(ODD_NAME);
  });
  afterAll(() => removeProject(folder));

  /** A command of the documents, on the system that was started from the copy. */
  const operate = (script: string, ...words: string[]) =>
    run('npm', ['run', '--silent', script, '--', ...words], { cwd: folder });

  const pnpm = (): string => {
    const ownPnpm = join(folder, '.backstitch', 'pnpm', 'bin', 'pnpm');
    return existsSync(ownPnpm) ? ownPnpm : 'pnpm';
  };

  const startsOn = async (terminal: Terminal, timeoutMs: number): Promise<string> =>
    (await terminal.shows(/API\s+(http:\S+)\/api\b/, timeoutMs))[1]!;

  it(
    'A1: sets up, serves, restarts an app that dies, and leaves nothing behind',
    async () => {
      const terminal = new Terminal('npm start', folder, {
        ...OWN_SERVERS,
        PAYMENT_FAILURE_RATE: '0',
      });
      const url = await startsOn(terminal, FIRST_START_MS);
      const [, curl] = await terminal.shows(/(curl -s http[^]*?'\n)/, SHOWN_MS);
      const answer = JSON.parse((await run('bash', ['-c', curl!])).stdout) as { success: boolean };
      expect(answer).toMatchObject({ success: true, message: 'Order placed successfully' });

      await expectBothLoopbackAddresses(url);
      await expectOperatorsPort(terminal, url);
      const gateway = await pidOf('api-gateway', folder);
      const environment = await readFile(`/proc/${gateway}/environ`, 'utf8');
      expect(environment).not.toMatch(/RABBITMQ|DB_URL|DATABASE|BACKSTITCH_SERVERS/);
      const payments = await pidOf('payment-service', folder);
      const ownRole = /DB_URL=postgresql:\/\/payments_app:[0-9a-f]{64}@/;
      expect(await readFile(`/proc/${payments}/environ`, 'utf8')).toMatch(ownRole);

      const { port } = new URL(url);
      const listed = await operate('dead-letters', '--json', 'list');
      expect(JSON.parse(listed.stdout)).toMatchObject({ deadLetters: [] });
      expect(listed.stderr).toContain(
        `127.0.0.1:${Number(port) + 4} (\`npm start\` of this folder`,
      );
      expect((await operate('reconcile')).stderr).toMatch(
        /asking postgresql:\S+\/orders, .*npm start/,
      );
      const push = ['--filter=order-service', '--silent', 'run', 'db:push'];
      const pushed = await run(pnpm(), push, { cwd: folder });
      expect(pushed.stderr).toMatch(/asking postgresql:\S+\/orders \(`npm start` of this folder/);

      process.kill(await pidOf('orchestrator', folder), 'SIGKILL');
      await terminal.shows(/orchestrator.*(died|ended|killed)[^]*restart/i, SHOWN_MS);
      await waitFor(
        'the gateway to reach it again',
        async () => {
          return (await fetch(`${url}/api/products`)).ok;
        },
        { timeoutMs: 60_000 },
      );

      const running = await processesOf(folder);
      for (const server of [/postgres.* -D /, /beam\.smp/, /epmd/]) {
        expect(running).toContainEqual(expect.stringMatching(server));
      }
      expect(await terminal.ctrlC()).toBe(0);
      expect(await processesOf(folder)).toEqual([]);
      await expect(operate('dead-letters', 'list')).rejects.toMatchObject({
        code: 2,
        stderr: expect.stringContaining('Nothing runs'),
      });
    },
    FIRST_START_MS + 120_000,
  );

  it(
    'A1: a second run installs and builds nothing, says so, and finds its data',
    async () => {
      const terminal = new Terminal('npm start', folder, OWN_SERVERS);
      const url = await startsOn(terminal, NEXT_START_MS);
      expect(terminal.output).toMatch(/nothing to install/i);
      expect(terminal.output).toMatch(/nothing to build/i);
      const products = await (await fetch(`${url}/api/products`)).text();
      expect(products).toContain('"available":198');
      expect(await terminal.ctrlC()).toBe(0);
    },
    NEXT_START_MS + 60_000,
  );

  it(
    'refuses another currency than that of its data, and with --fresh sells in it',
    async () => {
      const refused = new Terminal('npm start', folder, { ...OWN_SERVERS, CURRENCY: 'JPY' });
      expect(await refused.ended).toBe(1);
      expect(refused.output).toMatch(/are in USD, and CURRENCY is JPY/);
      const fresh = { ...OWN_SERVERS, CURRENCY: 'JPY', PAYMENT_FAILURE_RATE: '0' };
      const terminal = new Terminal('npm start -- --fresh', folder, fresh);
      await startsOn(terminal, NEXT_START_MS);
      const [, curl] = await terminal.shows(/(curl -s http[^]*?'\n)/, SHOWN_MS);
      expect(curl).toContain('"price":"30"');
      const answer = JSON.parse((await run('bash', ['-c', curl!])).stdout) as { success: boolean };
      expect(answer).toMatchObject({ success: true });
      expect(await terminal.ctrlC()).toBe(0);
    },
    2 * NEXT_START_MS + 60_000,
  );

  it(
    'A1: a port that is taken is reported with its holder and another choice',
    async () => {
      const [port] = await freePorts(1);
      const holder = createServer().listen(port, '127.0.0.1');
      await once(holder, 'listening');
      const terminal = new Terminal('npm start', folder, { ...OWN_SERVERS, PORT: String(port) });
      expect(await terminal.ended).toBe(1);
      expect(terminal.output).toContain(`Port ${port}`);
      expect(terminal.output).toContain(String(process.pid));
      expect(terminal.output).toMatch(/PORT=\d+ npm start/);
      holder.close();
    },
    NEXT_START_MS,
  );

  it('names every problem of its configuration at once and ends with 1', async () => {
    const env = { PORT: 'eighty', DB_URL: 'nowhere', CHECKOUT_WAIT_MS: '-1', CURRENCY: 'XYZ' };
    const file = 'apps/orchestrator/dist/main.js';
    const terminal = new Terminal(`node ${file}`, folder, env);
    expect(await terminal.ended).toBe(1);
    for (const variable of Object.keys(env)) expect(terminal.output).toContain(variable);
  }, 300_000);
});
