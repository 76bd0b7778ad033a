import type { Cleanup } from '@backstitch/tools';
import { Accounts } from './accounts/accounts.js';
import { revive } from './faults/work.js';
import { Ledger } from './load/ledger.js';
import { Load } from './load/load.js';
import { servedAgainAtMs } from './load/recovery.js';
import { ShopClient } from './load/shop-client.js';
import type { DrillOptions } from './options.js';
import { circumstancesOf } from './report/circumstances.js';
import type { Report } from './report/report-data.js';
import { clientCounts, faultSummaries, sagaCounts } from './report/summary.js';
import { type Injected, runSchedule } from './schedule/schedule.js';
import { restockSql } from './site/catalogue.js';
import { startClusterServers } from './site/cluster-servers.js';
import { seededRandom } from './site/random.js';
import { RunningSite } from './site/running-site.js';
import { startServers } from './site/servers.js';
import type { Workplace } from './site/workplace.js';
import { examine } from './verdict/examine.js';
import { settled } from './verdict/settle.js';

export interface DrillCommand {
  options: DrillOptions;
  /** As it was typed. */
  words: readonly string[];
  say: (line: string) => void;
  cleanup: Cleanup;
  workplace: Workplace;
  stopping: AbortSignal;
}

const WARM_WITHIN_MS = 60_000;
const RESTOCK_EVERY_MS = 7_000;

/** Runs a whole drill. Rejects when it cannot run; what the system did wrong is in the report. */
export async function drill(command: DrillCommand): Promise<Report> {
  const { options, say } = command;
  const { seed, minutes, rate, faults } = options;
  const random = seededRandom(seed);
  const site = await startSite(command);
  const ledger = new Ledger();
  const client = new ShopClient(site.gatewayUrl, ledger);
  command.cleanup.add('clients', () => client.close());
  site.clientsWaiting = () => client.waiting;
  say('making the accounts of users, machines and guests');
  const accounts = await Accounts.open(site.gatewayUrl);
  command.cleanup.add('accounts', () => accounts.close());
  accounts.start();
  const load = new Load({ client, ledger, accounts, rate, random: random.fork('load') });

  const howLong = options.once ? 'each of them once' : `for ${minutes} minutes`;
  say(`${rate} shoppers a second and ${faults.length} faults, ${howLong}`);
  load.start();
  const restocking = setInterval(() => {
    site.rows('inventory', restockSql()).catch(() => undefined); // the database may be away: that is a fault
  }, RESTOCK_EVERY_MS);
  await warm(ledger, site);
  const untilMs = options.once ? undefined : minutes * 60_000;
  const injected = await runSchedule({
    site,
    faults,
    ledger,
    random: random.fork('schedule'),
    untilMs,
  });
  await revive(...site.apps).catch((error: Error) => say(error.message)); // the verdict will tell
  await load.stop();
  clearInterval(restocking);
  const seconds = ledger.nowMs() / 1_000;

  say('the load has ended; waiting for every saga to end');
  const isSettled = await settled(site);
  const askedAgain = await load.askAgain();
  await accounts.close();
  say(`${askedAgain} shoppers without a final answer sent their request again`);
  const isSettledAgain = await settled(site);
  say('examining every answer, every row and every log');
  const circumstances = await circumstancesOf(site);
  const findings = await examine({ site, asked: ledger.asked, injected });
  if (!isSettled || !isSettledAgain)
    findings.breaches.push(['not every saga and payment ended in time']);
  command.workplace.keepLogs = findings.breaches.length > 0;
  return {
    seed,
    command: ['pnpm drill', ...commandWords(command)].join(' '),
    startedAt: ledger.startedAt.toISOString(),
    seconds,
    circumstances,
    clients: clientCounts(ledger.asked, askedAgain),
    accounts: accounts.counts,
    sagas: sagaCounts(findings.sagas),
    faults: faultSummaries(faults, injected),
    notInjected: notInjected(options, injected),
    reconciled: findings.reconciled,
    logErrors: findings.logErrors,
    deadLetters: findings.deadLetters,
    breaches: findings.breaches,
  };
}

async function startSite(command: DrillCommand): Promise<RunningSite> {
  const { options, say, cleanup, workplace, stopping } = command;
  const { instances, seed } = options;
  say('starting PostgreSQL and RabbitMQ');
  const start = options.cluster ? startClusterServers : startServers;
  const servers = await start({ workplace, cleanup });
  const random = seededRandom(seed).fork('faults');
  const folder = workplace.logs;
  const site = new RunningSite({ servers, instances, random, say, folder, cleanup, stopping });
  say('migrating, filling the catalogue, starting the apps');
  await site.start();
  return site;
}

/** Faults begin when the system serves: a drill shows what they do to it, not a cold start. */
async function warm(ledger: Ledger, site: RunningSite): Promise<void> {
  while (servedAgainAtMs(ledger.asked, 0) === undefined) {
    if (ledger.nowMs() > WARM_WITHIN_MS) throw new Error('the system does not serve its load');
    if (site.stopping.aborted) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function commandWords({ words, options }: DrillCommand): string[] {
  const given = words.filter((word) => word !== '--');
  const hasSeed = given.some((word) => word.startsWith('--seed'));
  return hasSeed ? given : [`--seed ${options.seed}`, ...given];
}

function notInjected({ faults }: DrillOptions, injected: readonly Injected[]): string[] {
  const done = new Set(injected.map(({ fault }) => fault));
  return faults.map(({ name }) => name).filter((name) => !done.has(name));
}
