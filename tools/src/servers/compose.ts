import { join } from 'node:path';
import { isPortFree } from './ports.js';
import { projectRoot } from './project.js';
import { runCommand, type CommandResult } from './run-command.js';

/** Runs a program; tests put their own in its place. */
export type Run = (program: string, parameters: readonly string[]) => Promise<CommandResult>;

const COMPOSE_FILE = join(projectRoot(), 'docker-compose.yaml');
const runSoon: Run = (program, parameters) =>
  runCommand(program, parameters, { timeoutMs: 15_000 });
/** Images may have to be fetched first. */
const runLong: Run = (program, parameters) =>
  runCommand(program, parameters, { timeoutMs: 600_000 });

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

/** Starts a service of docker-compose.yaml and waits until it is healthy; throws with Docker's words. */
export async function composeUp(service: string, run: Run = runLong): Promise<void> {
  const { code, output } = await compose(run, ['up', '-d', '--wait', service]);
  if (code !== 0) throw new Error(output.trim().split('\n').slice(-5).join('\n'));
}

/** Stops the service; its volume keeps the data. */
export async function composeStop(service: string, run: Run = runLong): Promise<void> {
  await compose(run, ['stop', service]);
}

/** Removes the service and its data; the volume's name is docker-compose.yaml's. */
export async function composeWipe(service: string, run: Run = runLong): Promise<void> {
  await compose(run, ['rm', '--stop', '--force', service]);
  await run('docker', ['volume', 'rm', '--force', `backstitch-${service}`]);
}

async function compose(run: Run, parameters: readonly string[]): Promise<CommandResult> {
  const [program = 'docker', ...rest] = (await composeWords(run)) ?? ['docker', 'compose'];
  return run(program, [...rest, '-f', COMPOSE_FILE, ...parameters]);
}
