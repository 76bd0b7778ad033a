import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pack, PUBLISHED, unpack, type Published } from './packed.js';

const run = promisify(execFile);

interface Manifest {
  readonly private?: boolean;
  readonly license: string;
  readonly bin?: Record<string, string>;
  readonly exports: Record<string, string | { types: string; default: string }>;
  readonly dependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
  readonly peerDependenciesMeta?: Record<string, { optional: boolean }>;
}

let folder: string;
const tarballs = new Map<Published, { files: string[]; manifest: Manifest }>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backstitch-packed-'));
  for (const name of PUBLISHED) {
    const files = await unpack(await pack(name, folder), join(folder, name));
    const manifest = JSON.parse(await read(name, 'package.json')) as Manifest;
    tarballs.set(name, { files, manifest });
  }
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

function read(name: Published, path: string): Promise<string> {
  return readFile(join(folder, name, path), 'utf8');
}

const IMPORT = /^(?:import|export)\b[^;]*?from '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm;

/** What the JavaScript and the types of a tarball import that is not a file of their own. */
async function importsOf(name: Published, from: RegExp = /^dist\/.*\.(js|d\.ts)$/) {
  const { files } = tarballs.get(name)!;
  const found = new Set<string>();
  for (const file of files.filter((one) => from.test(one))) {
    for (const [, a, b, c] of (await read(name, file)).matchAll(IMPORT)) {
      const from = (a ?? b ?? c)!;
      if (!from.startsWith('.') && !from.startsWith('node:')) found.add(packageOf(from));
    }
  }
  return [...found].sort();
}

function packageOf(specifier: string): string {
  const [first, second] = specifier.split('/');
  return first!.startsWith('@') ? `${first}/${second}` : first!;
}

const LINK = /\]\(([^)\s]+)\)|^\[[^\]]+\]: *(\S+)/gm;

/** The relative links of a document at the top of a package. */
function relativeLinks(markdown: string): string[] {
  const targets = [...markdown.matchAll(LINK)].map(([, inline, reference]) => inline ?? reference!);
  return targets.filter((to) => !/^(?:https?:|mailto:|#)/.test(to)).map((to) => to.split('#')[0]!);
}

const PROGRAM = `
import { command, defineSaga, SagaEngine, step, undo } from '@backstitch/saga-engine';
import { DONE, MemoryDatabase, MemorySagaStore, Participants } from '@backstitch/saga-engine/testing';
import { Coalescer } from '@backstitch/coalesce';
const trip = defineSaga({ name: 'trip', version: 1, deadlineMs: 60_000, steps: [
  step('FLIGHT', {
    do: command('flights', 'book', () => ({})),
    undo: undo('CANCEL_FLIGHT', 'flights', 'cancel', () => ({})),
  }),
  step('HOTEL', { do: command('hotels', 'book', () => ({})), noUndo: 'rejected', rejections: ['FULL'] }),
] });
const full = { kind: 'rejected', code: 'FULL', message: 'no place left' };
const sender = new Participants(({ step }) => (step === 'HOTEL' ? full : DONE));
const database = new MemoryDatabase();
const store = new MemorySagaStore(database);
const quiet = () => undefined;
const logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const engine = new SagaEngine({ definitions: [trip], store, clock: database, sender, logger });
sender.repliesTo((reply) => engine.onReply(reply));
await engine.run();
await engine.start({ definition: trip, sagaId: 'a', subjectId: 'b', input: {} });
console.log((await engine.waitForEnd('a', 20_000)).phase);
const prices = new Coalescer({
  keyOf: (key) => key,
  run: async (batch) => batch.map((key) => ({ ok: key.toUpperCase() })),
});
console.log(await prices.submit('license'));
await engine.stop();
`;

/** What a package does not import, and what it depends on does. */
const OF_A_DEPENDENCY: Partial<Record<Published, string>> = { 'saga-engine': 'pg' };

describe.each([...PUBLISHED])('the packed %s', (name) => {
  it('has a licence, a README, a changelog and everything that it exports', () => {
    const { files, manifest } = tarballs.get(name)!;
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'CHANGELOG.md']));
    expect(manifest).toMatchObject({ license: 'MIT' });
    expect(manifest.private).toBeUndefined();
    const entries = Object.values(manifest.exports).filter((entry) => typeof entry === 'object');
    const named = entries.flatMap((entry) => [entry.types, entry.default]);
    const all = [...named, ...Object.values(manifest.bin ?? {})];
    expect(all.length).toBeGreaterThan(1);
    expect(files).toEqual(expect.arrayContaining(all.map((path) => path.replace(/^\.\//, ''))));
  });

  it.each(['README.md', 'CHANGELOG.md'])(
    'has a %s that links only to files in it',
    async (file) => {
      const { files } = tarballs.get(name)!;
      const holds = (path: string) =>
        files.some((one) => one === path || one.startsWith(`${path.replace(/\/$/, '')}/`));
      const links = relativeLinks(await read(name, file));
      expect(links.filter((path) => !holds(path))).toEqual([]);
    },
  );

  it('has no tests, and nothing built whose source is gone', () => {
    const { files } = tarballs.get(name)!;
    expect(files.filter((file) => /\.spec\.|fixtures/.test(file))).toEqual([]);
    const sources = new Set(files);
    const built = files.filter((file) => /^dist\/.*\.js$/.test(file));
    const stale = built.filter((file) => !sources.has(sourceOf(file)));
    expect({ stale, remedy: `pnpm --filter=@backstitch/${name} build` }).toMatchObject({
      stale: [],
    });
    expect(built.length).toBeGreaterThan(0);
  });

  it('imports only what it declares, and no package of this repository but the published', async () => {
    const { manifest } = tarballs.get(name)!;
    const { dependencies = {}, peerDependencies = {} } = manifest;
    const declared = Object.keys({ ...dependencies, ...peerDependencies });
    const imported = await importsOf(name);
    expect(imported.filter((one) => !declared.includes(one))).toEqual([]);
    const isUnused = (one: string) => !imported.includes(one) && one !== OF_A_DEPENDENCY[name];
    expect(declared.filter(isUnused)).toEqual([]);
    const ranges = Object.values({ ...dependencies, ...peerDependencies });
    expect(ranges.filter((range) => !/^[\^~]?\d+\.\d+\.\d+$/.test(range))).toEqual([]);
  });
});

function sourceOf(built: string): string {
  return built.replace(/^dist\//, 'src/').replace(/\.js$/, '.ts');
}

describe('the packed engine', () => {
  it('needs only the coalescer and the connections; the rest is for those who use it', () => {
    const { dependencies, peerDependencies, peerDependenciesMeta } =
      tarballs.get('saga-engine')!.manifest;
    expect(Object.keys(dependencies ?? {})).toEqual([
      '@backstitch/coalesce',
      '@backstitch/database',
    ]);
    const peers = Object.keys(peerDependencies ?? {});
    expect(peers.sort()).toEqual(['amqplib', 'drizzle-orm', 'pg']);
    for (const peer of peers) expect(peerDependenciesMeta?.[peer]).toEqual({ optional: true });
  });

  it('runs its core and its test kit where nothing else is installed', async () => {
    const home = join(folder, 'node_modules/@backstitch');
    await mkdir(home, { recursive: true });
    for (const name of ['coalesce', 'saga-engine']) {
      await symlink(join(folder, name), join(home, name));
    }
    const program = join(folder, 'program.mjs');
    await writeFile(program, PROGRAM);
    const { stdout } = await run(process.execPath, [program], { cwd: folder });
    expect(stdout).toBe('undone\nLICENSE\n');
  });

  it('has a core and a test kit that import nothing', async () => {
    const core = /^dist\/(?:index|(?:core|runtime|testing)\/.*)\.(?:js|d\.ts)$/;
    expect(await importsOf('saga-engine', core)).toEqual([]);
  });
});
