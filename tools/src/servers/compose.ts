import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { USUAL_PORTS, type ServerAddresses } from './configured-servers.js';
import { isPortFree } from './ports.js';
import { projectRoot } from './project.js';
import { runCommand, type CommandResult } from './run-command.js';

/** Runs a program; tests put their own in its place. */
export type Run = (program: string, parameters: readonly string[]) => Promise<CommandResult>;

const COMPOSE_FILE = join(projectRoot(), 'docker-compose.yaml');
const SECRETS_FILE = join(projectRoot(), '.env');
const runSoon: Run = (program, parameters) =>
  runCommand(program, parameters, { timeoutMs: 15_000 });
/** Images may have to be fetched first. */
const runLong: Run = (program, parameters) =>
  runCommand(program, parameters, { timeoutMs: 600_000 });

/** The servers among its services, and the volumes that it names for them. */
const VOLUMES = { postgres: 'backstitch-postgres-18', rabbitmq: 'backstitch-rabbitmq-4' } as const;
export type ComposeServer = keyof typeof VOLUMES;

/** The words that start Compose here: Docker's own subcommand, or the older program of its own. */
async function composeWords(run: Run): Promise<readonly string[] | undefined> {
  for (const words of [['docker', 'compose'], ['docker-compose']] as const) {
    const [program, ...rest] = words;
    if ((await run(program, [...rest, 'version'])).code === 0) return words;
  }
  return undefined;
}

/** Why Docker Compose cannot start a service now; undefined when it can. */
export async function composeObstacle(
  ports: readonly number[],
  run: Run = runSoon,
  free = isPortFree,
): Promise<string | undefined> {
  const engine = await run('docker', ['info']);
  if (engine.code === 127) return 'docker is not installed';
  // Old clients say so and still exit with 0.
  if (engine.code !== 0 || /cannot connect to the docker daemon/i.test(engine.output)) {
    return 'no Docker engine answers (`docker info`)';
  }
  if (!(await composeWords(run))) return 'this Docker has no Compose';
  for (const port of ports) {
    if (!(await free(port))) return `its port ${port} is taken`;
  }
  return undefined;
}

/** Where the servers of docker-compose.yaml are, by the passwords in its `.env`; undefined without them. */
export function composeAddresses(file = SECRETS_FILE): ServerAddresses | undefined {
  if (!existsSync(file)) return undefined;
  const env = parseEnv(readFileSync(file, 'utf8'));
  const [postgres, rabbit] = [env['POSTGRES_PASSWORD'], env['RABBITMQ_PASSWORD']];
  if (!postgres || !rabbit) return undefined;
  const user = encodeURIComponent(env['RABBITMQ_USER'] || 'backstitch');
  const { amqp, management } = USUAL_PORTS;
  return {
    databaseServerUrl: `postgresql://postgres:${encodeURIComponent(postgres)}@localhost:${USUAL_PORTS.postgres}`,
    rabbitmqUrl: `amqp://${user}:${encodeURIComponent(rabbit)}@localhost:${amqp}`,
    managementUrl: `http://localhost:${management}`,
  };
}

/** The same; the first time the passwords are made. */
export async function madeComposeAddresses(run: Run = runSoon): Promise<ServerAddresses> {
  const program = join(projectRoot(), 'tools', 'compose-secrets.mjs');
  const { code, output } = await run(process.execPath, [program]);
  const addresses = composeAddresses();
  if (code !== 0 || !addresses) throw new Error(`Compose's passwords could not be made: ${output}`);
  return addresses;
}

/** Starts a service of docker-compose.yaml and waits until it is healthy; throws with Docker's words. */
export async function composeUp(service: ComposeServer, run: Run = runLong): Promise<void> {
  const { code, output } = await compose(run, ['up', '-d', '--wait', service]);
  if (code !== 0) throw new Error(output.trim().split('\n').slice(-5).join('\n'));
}

/** Stops the service; its volume keeps the data. */
export async function composeStop(service: ComposeServer, run: Run = runLong): Promise<void> {
  await compose(run, ['stop', service]);
}

/** Removes the service and its data. */
export async function composeWipe(service: ComposeServer, run: Run = runLong): Promise<void> {
  await compose(run, ['rm', '--stop', '--force', service]);
  await run('docker', ['volume', 'rm', '--force', VOLUMES[service]]);
}

async function compose(run: Run, parameters: readonly string[]): Promise<CommandResult> {
  const [program = 'docker', ...rest] = (await composeWords(run)) ?? ['docker', 'compose'];
  return run(program, [...rest, '-f', COMPOSE_FILE, ...parameters]);
}
