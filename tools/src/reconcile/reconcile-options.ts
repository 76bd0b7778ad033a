import { parseArgs } from 'node:util';
import { RETENTION_DAYS } from '@backstitch/shared-types';
import { databaseUrl } from '../servers/configured-servers.js';
import type { DatabaseUrls } from './snapshots.js';
import type { DatabaseName, KeptDays } from './reading.js';

export const RECONCILE_HELP = `pnpm reconcile [--json] [--settle <seconds>]

Checks the books of all services against each other, while they run. Exit code 1, and the ids, when
something does not agree; 2 when a database cannot be read.

  --json               the result as JSON
  --settle <seconds>   first wait, up to so long, until every saga has ended and settled

The databases are those of DATABASE_SERVER_URL, else of the running \`npm start\`, else at the usual
place; ORDERS_DB_URL, INVENTORY_DB_URL, PAYMENTS_DB_URL and ORCHESTRATOR_DB_URL name single ones.
SAGA_RETENTION_DAYS [30] and HOLD_RETENTION_DAYS [400] are those of the apps, in the same bounds: what
is younger and missing is a breach. The report says which were used.`;

export type ReconcileOptions =
  | { json: boolean; help: boolean; settleS: number }
  | { wrong: string };

type Bounds = (typeof RETENTION_DAYS)['sagas' | 'participants'];

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
