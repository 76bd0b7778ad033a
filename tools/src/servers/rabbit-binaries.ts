import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { runCommand } from './run-command.js';

export interface RabbitBinaries {
  /** The script that becomes the broker. */
  server: string;
  /** Erlang's name server. */
  epmd: string;
  origin: string;
}

/** Where packages put the script itself. Debian's on PATH is a wrapper that wants to be its own user. */
const SCRIPTS = [
  '/usr/lib/rabbitmq/bin/rabbitmq-server',
  '/opt/homebrew/opt/rabbitmq/sbin/rabbitmq-server',
  '/usr/local/opt/rabbitmq/sbin/rabbitmq-server',
];
const WRAPPER = 'rabbitmq-script-wrapper';

/** This machine's RabbitMQ; undefined when it, or its Erlang, is not there. */
export async function systemRabbit(
  path = process.env.PATH ?? '',
): Promise<RabbitBinaries | undefined> {
  const folders = path.split(delimiter).filter(Boolean);
  const onPath = folders
    .map((folder) => join(folder, 'rabbitmq-server'))
    .filter((file) => existsSync(file) && !realpathSync(file).endsWith(WRAPPER));
  const server = [...SCRIPTS, ...onPath].find((file) => existsSync(file));
  const epmd = server && (await findEpmd(folders));
  return server && epmd ? { server, epmd, origin: "this machine's RabbitMQ" } : undefined;
}

async function findEpmd(folders: readonly string[]): Promise<string | undefined> {
  const onPath = folders.map((folder) => join(folder, 'epmd')).find((file) => existsSync(file));
  if (onPath) return onPath;
  const tellRoot = ['-noshell', '-eval', 'io:put_chars(code:root_dir()), halt().'];
  const { code, output } = await runCommand('erl', tellRoot);
  const beside = join(output.trim(), 'bin', 'epmd');
  return code === 0 && existsSync(beside) ? beside : existsOrUndefined(folders);
}

/** Homebrew keeps erl's folder beside the other programs of its Erlang. */
function existsOrUndefined(folders: readonly string[]): string | undefined {
  const erl = folders.map((folder) => join(folder, 'erl')).find((file) => existsSync(file));
  const epmd = erl && join(dirname(realpathSync(erl)), 'epmd');
  return epmd && existsSync(epmd) ? epmd : undefined;
}
