import { RETENTION_DAYS } from '@backstitch/shared-types';
import { Command, InvalidArgumentError } from 'commander';
import { parseWords } from '../commands/arguments.js';
import { askedOfRunning, type Asked } from '../operate/asked-system.js';
import { databaseUrl } from '../servers/configured-servers.js';
import type { RunningSystem } from '../servers/running-systems.js';
import type { DatabaseUrls } from './reading/snapshots.js';
import type { DatabaseName, KeptDays } from './reading/rows.js';

const HELP = `
The databases are those of DATABASE_SERVER_URL, else of the system that runs from this folder; ORDERS_DB_URL,
INVENTORY_DB_URL, PAYMENTS_DB_URL and ORCHESTRATOR_DB_URL name single ones. It prints
which databases it reads.
SAGA_RETENTION_DAYS [30] and HOLD_RETENTION_DAYS [400] must be those of the apps: a younger row
that is missing is a breach. The report has the values that were used.`;

export interface ReconcileOptions {
  json: boolean;
  /** Seconds. */
  settle: number;
}

type Bounds = (typeof RETENTION_DAYS)['sagas' | 'participants'];

/** Reads the command's words. Throws a CommanderError after it said what is wrong, or for --help. */
export function reconcileOptions(words: readonly string[]): ReconcileOptions {
  const command = new Command('pnpm reconcile')
    .description(
      'Compares the records of all services with each other, while they run. Exit code 1, and the ids, ' +
        'when an invariant is broken; 2 when a database cannot be read.',
    )
    .option('--json', 'the result as JSON', false)
    .option(
      '--settle <seconds>',
      'first wait, at most this long, until every saga has ended',
      wholeSeconds,
      0,
    )
    .addHelpText('after', HELP)
    .showHelpAfterError();
  return parseWords(command, words).opts<ReconcileOptions>();
}

function wholeSeconds(text: string): number {
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`It must be a whole number of seconds, not "${text}".`);
}

/**
 * What the apps keep, by their own variables; one that is empty is not set. What the apps would
 * refuse is `wrong` here too: a guess would hide what is missing, or call what was removed a breach.
 */
export function keptDays(env: NodeJS.ProcessEnv): KeptDays | { wrong: string } {
  const wrong: string[] = [];
  const days = (name: string, { min, usual, max }: Bounds): number => {
    const value = env[name]?.trim() ?? '';
    if (value === '') return usual;
    if (/^\d{1,15}$/.test(value) && Number(value) >= min && Number(value) <= max)
      return Number(value);
    wrong.push(`${name} must be an integer from ${min} to ${max} (it is "${value}")`);
    return usual;
  };
  const kept = {
    sagas: days('SAGA_RETENTION_DAYS', RETENTION_DAYS.sagas),
    holds: days('HOLD_RETENTION_DAYS', RETENTION_DAYS.participants),
  };
  return wrong.length > 0 ? { wrong: wrong.join('\n') } : kept;
}

const NAMING =
  'DATABASE_SERVER_URL, or ORDERS_DB_URL, INVENTORY_DB_URL, PAYMENTS_DB_URL and ORCHESTRATOR_DB_URL';

/** Where each database is: named singly, else on the server that is named, else of what runs here. */
export function reconcileUrls(
  env: NodeJS.ProcessEnv,
  systems: readonly RunningSystem[],
): Asked<DatabaseUrls> {
  const server = env.DATABASE_SERVER_URL;
  const named = NAMES.map((name) => {
    return env[`${name.toUpperCase()}_DB_URL`] || (server && databaseUrl(server, name));
  });
  const urls = (all: readonly (string | undefined)[]): DatabaseUrls => {
    const [orders, inventory, payments, orchestrator] = all as [string, string, string, string];
    return { orders, inventory, payments, orchestrator };
  };
  if (named.every(Boolean)) return { address: urls(named), because: 'named by variables' };
  const running = (system: RunningSystem) =>
    urls(NAMES.map((name, at) => named[at] || system.databases[name]));
  return askedOfRunning(systems, running, NAMING);
}

const NAMES = ['orders', 'inventory', 'payments', 'orchestrator'] as const satisfies DatabaseName[];
