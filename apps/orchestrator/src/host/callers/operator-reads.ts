import type { Caller } from '@backstitch/auth';
import type { Logger } from '@backstitch/service-kit';
import { seesAll } from './ownership.js';

/** Writes to the log which orders and sagas of others an operator read. */
export class OperatorReads {
  constructor(private readonly logger: Logger) {}

  note(asking: Caller | undefined, owner: string | undefined, read: Record<string, string>): void {
    if (!asking || asking.id === owner || !seesAll(asking)) return;
    this.logger.info({ caller: asking.id, ...read }, 'read as operator');
  }
}
