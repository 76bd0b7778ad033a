import { chmodSync, mkdirSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The folder of one drill: its servers' data and its apps' logs. */
export class Workplace {
  readonly folder = mkdtempSync(join(tmpdir(), 'backstitch-drill-'));
  readonly logs = join(this.folder, 'logs');
  /** After a breach they are evidence. */
  keepLogs = false;

  constructor(readonly keepData: boolean) {
    chmodSync(this.folder, 0o711); // PostgreSQL's own account must pass
    mkdirSync(this.logs);
  }

  /** Removes what is not kept, and says where the rest is. */
  async leave(say: (line: string) => void): Promise<void> {
    if (this.keepData) say(`logs and data are left in ${this.folder}`);
    else if (this.keepLogs) say(`the apps' logs are left in ${this.logs}`);
    else await rm(this.folder, { recursive: true, force: true });
  }
}
