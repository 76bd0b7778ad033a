import { join } from 'node:path';
import type { Account } from './account.js';
import { ChildServer } from './child-server.js';
import { serverEnvironment } from './server-environment.js';
import type { StopStep } from '@backstitch/launcher';
import type { ProcessLedger } from './process-ledger.js';

export interface NameServerOptions {
  /** Erlang's `epmd`. */
  program: string;
  port: number;
  /** Where its log goes; must exist when it is started. */
  folder: string;
  account: Account | undefined;
  ledger: ProcessLedger;
}

const ENDS: readonly StopStep[] = [
  ['SIGTERM', 1_000],
  ['SIGKILL', 5_000],
];

/** Erlang's name server, our own: the one that a broker would start by itself outlives it. */
export class NameServer {
  private child: ChildServer | undefined;

  constructor(private readonly options: NameServerOptions) {}

  /** Does nothing when it was started already. */
  start(): void {
    const { program, port, folder, account, ledger } = this.options;
    this.child ??= new ChildServer({
      name: 'epmd',
      program,
      parameters: ['-port', String(port), '-address', '127.0.0.1'],
      cwd: folder,
      env: serverEnvironment(process.env),
      logFile: join(folder, 'epmd.log'),
      account,
      stopSteps: ENDS,
      ledger,
    });
  }

  async stop(): Promise<void> {
    await this.child?.end();
    this.child = undefined;
  }
}
