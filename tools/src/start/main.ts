/** `npm start`, after the bootstrap: servers, databases, the apps, until Ctrl-C. */
import { CommanderError } from 'commander';
import { AppCommandFailed } from '../apps/app-commands.js';
import { APP_NAMES, PORT_SPAN } from '../apps/apps.js';
import { NoServer } from '../servers/find-servers.js';
import { freePortBlock, isPortFree } from '../servers/ports.js';
import { misspeltVariables } from './app-variables.js';
import { gatewayMetricsPort, gatewayPort, mailFolder, type Places } from './places.js';
import { banner } from './banner.js';
import { CannotStart, Launch } from './launch.js';
import { WrongCurrency } from './prepare-databases.js';
import { startOptions } from './start-options.js';
import { StopSignal } from './stop-signal.js';

/** What the person who typed the command can do something about. */
const EXPECTED = [CannotStart, NoServer, AppCommandFailed, WrongCurrency];
const say = (line: string) => console.log(`start  ${line}`);

async function serve(launch: Launch, places: Places, fresh: boolean): Promise<void> {
  for (const { variable, like } of misspeltVariables(APP_NAMES, process.env)) {
    say(`${variable} is read by no app: is it a misspelt ${like}?`);
  }
  await launch.sweepOrphans();
  launch.requireOwnServers(fresh);
  await launch.requireFreePorts();
  const { addresses, ...how } = await launch.findServers(fresh);
  const currency = await launch.prepareDatabases(addresses);
  say('starting the apps');
  await launch.startApps(addresses);
  const showPasswords = !process.env.DATABASE_SERVER_URL && !process.env.RABBITMQ_URL;
  const { host, metricsHost, hasDemoAccounts } = launch;
  const mailsIn = process.env.SMTP_URL ? undefined : mailFolder(process.env);
  const { gateway, metrics } = places;
  const where = { host, gateway, metricsHost, metrics };
  const accounts = { hasDemoAccounts, mailsIn };
  console.log(
    banner({ ...where, ...accounts, currency, showPasswords, servers: addresses, ...how }),
  );
}

async function main(): Promise<number> {
  const options = startOptions(process.argv.slice(2));
  const places = await placesOf(process.env);

  const stopSignal = new StopSignal();
  stopSignal.listen();
  const launch = new Launch(places, process.env, say);
  let exitCode = 0;
  // Signals are the way to end a system that runs, and end one that still starts all the same.
  const serving = serve(launch, places, options.fresh).then(() => stopSignal.first);
  try {
    await Promise.race([serving, stopSignal.first]);
    say('stopping (once more Ctrl-C: at once)');
  } catch (error) {
    exitCode = 1;
    printError(error);
  }
  serving.catch(() => undefined); // what fails because everything is being stopped is no news
  await stop(launch, stopSignal);
  return exitCode;
}

async function placesOf(env: NodeJS.ProcessEnv): Promise<Places> {
  const gateway = await portBlock(gatewayPort(env.PORT));
  const metrics = await portBlock(gatewayMetricsPort(env.METRICS_PORT, gateway, env.PORT === '0'));
  return { gateway, metrics, host: env.HOST?.trim() || (await loopbackAddresses()) };
}

async function portBlock(asked: number | { wrong: string }): Promise<number> {
  if (typeof asked === 'object') throw new CannotStart(asked.wrong);
  return asked === 0 ? freePortBlock(PORT_SPAN) : asked;
}

/** A client may resolve "localhost" to either of them. */
async function loopbackAddresses(): Promise<string> {
  return (await isPortFree(0, '::1')) ? '127.0.0.1,::1' : '127.0.0.1';
}

async function stop(launch: Launch, stopSignal: StopSignal): Promise<void> {
  const inOrder = launch.stop();
  const hurry = stopSignal.hurried.then(() => launch.stop({ hurry: true }));
  await Promise.race([inOrder, hurry]);
  say('stopped');
}

function printError(error: unknown): void {
  const expected = EXPECTED.some((kind) => error instanceof kind);
  console.error(expected ? `\n${(error as Error).message}\n` : error);
}

main().then(
  // Ends what is still being started, too: its children end with this process.
  (exitCode) => process.exit(exitCode),
  (error: unknown) => {
    if (error instanceof CommanderError) process.exit(error.exitCode); // it has said why itself
    printError(error);
    process.exit(1);
  },
);
