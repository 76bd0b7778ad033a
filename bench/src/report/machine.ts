import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { machineLine, serverRows, systemPostgres } from '@backstitch/tools';
import type { Servers } from '../servers/servers.js';

/** What the figures of a run depend on besides the program. */
export interface Circumstances {
  machine: string;
  node: string;
  postgres: string;
  /** The settings that decide what a commit costs. */
  postgresSettings: Record<string, string>;
  rabbitmq: string;
  /** Of 8 kB, on the disk of PostgreSQL; unknown without pg_test_fsync or on a named server. */
  fdatasyncUs?: number;
}

const SETTINGS = [
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'commit_delay',
  'commit_siblings',
  'shared_buffers',
];

export async function circumstances(servers: Servers): Promise<Circumstances> {
  const [version] = await serverRows(servers.databaseServerUrl, 'SHOW server_version');
  const settings = await serverRows(
    servers.databaseServerUrl,
    `SELECT name, current_setting(name) AS value FROM pg_settings
      WHERE name IN (${SETTINGS.map((name) => `'${name}'`).join(', ')}) ORDER BY name`,
  );
  const { rabbitmq_version, erlang_version } = await servers.management.overview();
  return {
    machine: machineLine(),
    node: process.version,
    postgres: `${String(version?.server_version)} (${servers.origin.postgres})`,
    postgresSettings: Object.fromEntries(settings.map(({ name, value }) => [name, value])),
    rabbitmq: `${rabbitmq_version} on Erlang ${erlang_version} (${servers.origin.rabbitmq})`,
    fdatasyncUs: servers.dataDir === undefined ? undefined : await fdatasyncUs(servers.dataDir),
  };
}

/** Reads the answer to the first test, of writing 8 kB, and ends the program: all its tests take long. */
async function fdatasyncUs(folder: string): Promise<number | undefined> {
  const postgres = await systemPostgres();
  const program = postgres && join(postgres.folder, 'pg_test_fsync');
  if (!program || !existsSync(program)) return undefined;
  const child = spawn(program, ['-s', '1', '-f', join(folder, 'fsync-test')], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  child.on('error', () => undefined); // it has no lines then
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const us = usecsOfFdatasync(line);
      if (us !== undefined) return us;
    }
    return undefined;
  } finally {
    child.kill();
  }
}

/** "        fdatasync      33721.137 ops/sec      30 usecs/op" → 30 */
export function usecsOfFdatasync(line: string): number | undefined {
  const [, us] = /^\s*fdatasync\s.*?([\d.]+) usecs\/op/.exec(line) ?? [];
  return us === undefined ? undefined : Number(us);
}
