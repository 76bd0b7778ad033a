import { execFile } from 'node:child_process';
import { PROJECT, type DatabaseName } from '../site/apps.js';
import type { SagaFact } from './facts.js';

export interface Reconciliation {
  breaches: { invariant: number; id: string; what: string }[];
  judged: number;
  moving: number;
}

const SETTLE_SECONDS = 30;

/** What `pnpm reconcile` says of the site's databases. Rejects when it cannot tell. */
export function reconcile(urlOf: (database: DatabaseName) => string): Promise<Reconciliation> {
  const env = {
    PATH: process.env['PATH'],
    ORDERS_DB_URL: urlOf('orders'),
    INVENTORY_DB_URL: urlOf('inventory'),
    PAYMENTS_DB_URL: urlOf('payments'),
    ORCHESTRATOR_DB_URL: urlOf('orchestrator'),
  };
  const program = `${PROJECT}tools/dist/reconcile/main.js`;
  const words = [program, '--json', '--settle', String(SETTLE_SECONDS)];
  return new Promise((resolve, reject) => {
    const options = { env, maxBuffer: 2 ** 28 };
    execFile(process.execPath, words, options, (error, stdout, stderr) => {
      // Exit code 1 says that there are breaches: they are in what it printed.
      if (error && error.code !== 1)
        return reject(new Error(`reconcile: ${stderr || error.message}`));
      // A program that broke exits with 1 as well, and prints no result.
      try {
        resolve(JSON.parse(stdout) as Reconciliation);
      } catch {
        reject(new Error(`reconcile told no result: ${stderr || stdout}`));
      }
    });
  });
}

/** Nothing found is worth nothing of what was not looked at. Pure. */
export function unjudged({ judged }: Reconciliation, sagas: readonly SagaFact[]): string[] {
  const ended = sagas.filter(({ status }) => status === 'DONE' || status === 'COMPENSATED').length;
  return judged === ended ? [] : [`reconcile judged ${judged} of ${ended} sagas that ended`];
}
