import { parseArgs } from 'node:util';
import { databaseUrl } from '../servers/configured-servers.js';
import type { DatabaseUrls } from './snapshots.js';
import type { DatabaseName, KeptDays } from './reading.js';
import { USUALLY_KEPT } from './reconcile.js';

export const RECONCILE_HELP = `pnpm reconcile [--json] [--settle <seconds>]

Checks the books of all services against each other, while they run. Exit code 1, and the ids, when
something does not agree; 2 when a database cannot be read.

  --json               the result as JSON
  --settle <seconds>   first wait, up to so long, until every saga has ended and settled

The databases are those of DATABASE_SERVER_URL, else of the running \`npm start\`, else at the usual
place; ORDERS_DB_URL, INVENTORY_DB_URL, PAYMENTS_DB_URL and ORCHESTRATOR_DB_URL name single ones.
SAGA_RETENTION_DAYS [30] and HOLD_RETENTION_DAYS [400] are those of the apps: what is younger and
missing is a breach.`;

export type ReconcileOptions =
  | { json: boolean; help: boolean; settleS: number }
  | { wrong: string };

export function reconcileOptions(words: readonly string[]): ReconcileOptions {
  try {
    const { values } = parseArgs({
      args: words.filter((word) => word !== '--'),
      options: {
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        settle: { type: 'string', default: '0' },
      },
    });
    if (!/^\d{1,5}$/.test(values.settle)) {
      return { wrong: `--settle takes whole seconds, not "${values.settle}"` };
    }
    return { json: values.json, help: values.help, settleS: Number(values.settle) };
  } catch (error) {
    return { wrong: `${(error as Error).message}\n\n${RECONCILE_HELP}` };
  }
}

/** What the apps keep, by their own variables; what is no number counts as not set. */
export function keptDays(env: NodeJS.ProcessEnv): KeptDays {
  const days = (name: string, usual: number) => {
    const value = env[name]?.trim() ?? '';
    return /^\d{1,4}$/.test(value) ? Number(value) : usual;
  };
  return {
    sagas: days('SAGA_RETENTION_DAYS', USUALLY_KEPT.sagas),
    holds: days('HOLD_RETENTION_DAYS', USUALLY_KEPT.holds),
  };
}

/** Where each database is: named singly, else on the one server. */
export function reconcileUrls(env: NodeJS.ProcessEnv, databaseServerUrl: string): DatabaseUrls {
  const url = (name: DatabaseName) =>
    env[`${name.toUpperCase()}_DB_URL`] || databaseUrl(databaseServerUrl, name);
  return {
    orders: url('orders'),
    inventory: url('inventory'),
    payments: url('payments'),
    orchestrator: url('orchestrator'),
  };
}
