/** `npm start`, after the bootstrap: servers, databases, five apps, until Ctrl-C. */
import { NoServer } from '../servers/find-servers.js';
import { freePortBlock } from '../servers/ports.js';
import { APPS, gatewayPort } from './apps.js';
import { banner } from './banner.js';
import { CannotStart, Launch } from './launch.js';
import { PreparationFailed } from './prepare-databases.js';
import { START_HELP, startOptions } from './start-options.js';
import { StopSignal } from './stop-signal.js';

const say = (line: string) => console.log(`start  ${line}`);

async function serve(launch: Launch, gateway: number, fresh: boolean): Promise<void> {
  await launch.sweepOrphans();
  launch.requireOwnServers(fresh);
  await launch.requireFreePorts();
  const { addresses, ...how } = await launch.findServers(fresh);
  await launch.prepareDatabases(addresses);
  say('starting the five apps');
  await launch.startApps(addresses);
  const showPasswords = !process.env.DATABASE_SERVER_URL && !process.env.RABBITMQ_URL;
  console.log(banner({ host: launch.host, gateway, showPasswords, servers: addresses, ...how }));
}

async function main(): Promise<number> {
  const options = startOptions(process.argv.slice(2));
  if ('wrong' in options) throw new CannotStart(options.wrong);
  if (options.help) {
    console.log(START_HELP);
    return 0;
  }
  const asked = gatewayPort(process.env.PORT);
  if (typeof asked === 'object') throw new CannotStart(asked.wrong);
  const gateway = asked === 0 ? await freePortBlock(APPS.length) : asked;

  const stopSignal = new StopSignal();
  stopSignal.listen();
  const launch = new Launch(gateway, process.env, say);
  let exitCode = 0;
  // Signals are the way to end a system that runs, and end one that still starts all the same.
  const serving = serve(launch, gateway, options.fresh).then(() => stopSignal.first);
  try {
    await Promise.race([serving, stopSignal.first]);
    say('stopping (once more Ctrl-C: at once)');
  } catch (error) {
    exitCode = 1;
    tell(error);
  }
  serving.catch(() => undefined); // what fails because everything is being stopped is no news
  await stop(launch, stopSignal);
  return exitCode;
}

async function stop(launch: Launch, stopSignal: StopSignal): Promise<void> {
  const inOrder = launch.stop();
  const hurry = stopSignal.hurried.then(() => launch.stop({ hurry: true }));
  await Promise.race([inOrder, hurry]);
  say('stopped');
}

function tell(error: unknown): void {
  const expected =
    error instanceof CannotStart || error instanceof NoServer || error instanceof PreparationFailed;
  console.error(expected ? `\n${error.message}\n` : error);
}

main().then(
  // Ends what is still being started, too: its children end with this process.
  (exitCode) => process.exit(exitCode),
  (error: unknown) => {
    tell(error);
    process.exit(1);
  },
);
