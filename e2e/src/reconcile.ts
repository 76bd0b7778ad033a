import { execFile } from 'node:child_process';
import { PROJECT } from './app-process.js';
import type { System } from './system.js';

export interface Reconciliation {
  exitCode: number;
  output: string;
}

/** Runs `pnpm reconcile`'s program against the system's databases. */
export function reconcile(system: System): Promise<Reconciliation> {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ORDERS_DB_URL: system.databases.orders.url,
    INVENTORY_DB_URL: system.databases.inventory.url,
    PAYMENTS_DB_URL: system.databases.payments.url,
    ORCHESTRATOR_DB_URL: system.databases.orchestrator.url,
  };
  const file = `${PROJECT}tools/dist/reconcile/main.js`;
  return new Promise((resolve) => {
    execFile(process.execPath, [file, '--settle', '30'], { env }, (error, stdout, stderr) => {
      const exitCode = typeof error?.code === 'number' ? error.code : error ? 1 : 0;
      resolve({ exitCode, output: stdout + stderr });
    });
  });
}

/**
 * Waits until no saga is under way, and throws what reconcile finds. It waits some seconds for the
 * latest saga to have settled, so tests of one system share a last one where they can.
 */
export async function expectReconciled(system: System, settledWithinMs?: number): Promise<void> {
  await system.settled(settledWithinMs);
  const { exitCode, output } = await reconcile(system);
  if (exitCode !== 0) throw new Error(`reconcile ended with ${exitCode}:\n${output}`);
}
