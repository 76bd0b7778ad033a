import { type DatabaseName, runReconcile } from '@backstitch/tools';
import type { SagaFact } from './facts.js';

export interface Reconciliation {
  breaches: { invariant: number; id: string; what: string }[];
  judged: number;
  moving: number;
}

/** What `pnpm reconcile` says of the site's databases. Rejects when it cannot tell. */
export async function reconcile(
  urlOf: (database: DatabaseName) => string,
): Promise<Reconciliation> {
  const { exitCode, stdout, output } = await runReconcile(urlOf, ['--json']);
  // Exit code 1 says that there are breaches: they are in what it printed.
  if (exitCode > 1) throw new Error(`reconcile: ${output}`);
  // A program that broke exits with 1 as well, and prints no result.
  try {
    return JSON.parse(stdout) as Reconciliation;
  } catch (cause) {
    throw new Error(`reconcile told no result: ${output}`, { cause });
  }
}

/** Sagas that were not checked: no breach among them proves nothing. Pure. */
export function unjudged({ judged }: Reconciliation, sagas: readonly SagaFact[]): string[] {
  const ended = sagas.filter(({ status }) => status === 'DONE' || status === 'COMPENSATED').length;
  return judged === ended ? [] : [`reconcile judged ${judged} of ${ended} sagas that ended`];
}
