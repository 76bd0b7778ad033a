import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StopStep } from '@backstitch/launcher';
import { endProcess, identityOf, stillRuns, type ProcessIdentity } from './process-identity.js';
import { stateFolder } from './project.js';

export interface LedgerEntry {
  /** What it is, for people: "PostgreSQL", "order-service". */
  name: string;
  /** Apps end before the servers they use. */
  kind: 'app' | 'server';
  pid: number;
  startedAt: string;
  /** The process that started it and would end it. */
  owner: Pick<ProcessIdentity, 'pid' | 'startedAt'>;
  stopSteps?: readonly StopStep[];
}

/**
 * Which processes this checkout started, on disk: a launcher that is killed cannot clean up, so the
 * next one does. An entry is acted on only when its pid is the very process that was written down.
 */
export class ProcessLedger {
  constructor(readonly folder = join(stateFolder(), 'processes')) {}

  /** Writes down a process just started; undefined when it has ended already. */
  enter(
    one: Pick<LedgerEntry, 'name' | 'kind' | 'stopSteps'> & { pid: number },
  ): LedgerEntry | undefined {
    const [identity, owner] = [identityOf(one.pid), identityOf(process.pid)];
    if (!identity || !owner) return undefined;
    const entry: LedgerEntry = {
      ...one,
      startedAt: identity.startedAt,
      owner: { pid: owner.pid, startedAt: owner.startedAt },
    };
    mkdirSync(this.folder, { recursive: true, mode: 0o711 });
    writeFileSync(this.fileOf(entry), JSON.stringify(entry));
    return entry;
  }

  strike(entry: Pick<LedgerEntry, 'pid'>): void {
    rmSync(this.fileOf(entry), { force: true });
  }

  entries(): LedgerEntry[] {
    let files: string[];
    try {
      files = readdirSync(this.folder);
    } catch {
      return [];
    }
    return files.flatMap((file) => readEntry(join(this.folder, file)));
  }

  /** Ends what a dead launcher left running. Returns the names of what was ended. */
  async sweep(): Promise<string[]> {
    const orphans = this.entries().filter((entry) => !stillRuns(entry.owner));
    const ended: string[] = [];
    for (const kind of ['app', 'server'] as const) {
      const ending = orphans
        .filter((entry) => entry.kind === kind)
        .map(async (entry) => {
          if (stillRuns(entry)) {
            // An entry of an earlier version has none.
            await endProcess(entry, entry.stopSteps ?? [['SIGKILL', 5_000]]);
            ended.push(`${entry.name} (pid ${entry.pid})`);
          }
          this.strike(entry);
        });
      await Promise.all(ending);
    }
    return ended;
  }

  private fileOf(entry: Pick<LedgerEntry, 'pid'>): string {
    return join(this.folder, `${entry.pid}.json`);
  }
}

/** A file cut short by a crash names nothing that could be acted on. */
function readEntry(path: string): LedgerEntry[] {
  try {
    return [JSON.parse(readFileSync(path, 'utf8')) as LedgerEntry];
  } catch {
    return [];
  }
}
