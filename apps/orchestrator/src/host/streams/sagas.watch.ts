import type { SagaInstance, SagaLogEntry, SagaNoteEntry, SagaStore } from '@backstitch/saga-engine';
import type { Logger } from '@backstitch/service-kit';

/** A saga with all that happened to it. The rows may be newer than the state, never older. */
export interface SagaRead {
  readonly saga: SagaInstance;
  readonly log: readonly SagaLogEntry[];
  readonly notes: readonly SagaNoteEntry[];
}

export type SagaListener = (read: SagaRead) => void;

interface Watched {
  version: number | undefined;
  readonly listeners: Set<SagaListener>;
}

export interface SagaWatchOptions {
  readonly store: Pick<SagaStore, 'load' | 'history' | 'notes'>;
  readonly logger: Logger;
  readonly everyMs?: number;
}

const EVERY_MS = 250;

/**
 * Reads sagas again and again while somebody watches them, whichever orchestrator drives them. A pass
 * asks for the row of each watched saga, once for all its watchers; the store makes one statement of
 * them. Log and notes are read only when the version has changed. Without watchers it asks nothing.
 */
export class SagaWatch {
  private readonly watched = new Map<string, Watched>();
  private timer: NodeJS.Timeout | undefined;
  private passing: Promise<void> = Promise.resolve();

  constructor(private readonly options: SagaWatchOptions) {}

  /** Undefined when there is no such saga. Rejects as the store does. */
  async read(sagaId: string): Promise<SagaRead | undefined> {
    const saga = await this.options.store.load(sagaId);
    return saga && this.withRows(saga);
  }

  /** Calls the listener for every version that is seen, until the function returned is called. */
  watch(sagaId: string, listener: SagaListener): () => void {
    const known = this.watched.get(sagaId);
    const watched: Watched = known ?? { version: undefined, listeners: new Set() };
    // The new listener may have read another version than the others.
    watched.version = undefined;
    watched.listeners.add(listener);
    this.watched.set(sagaId, watched);
    this.plan();
    return () => {
      watched.listeners.delete(listener);
      if (watched.listeners.size === 0) this.watched.delete(sagaId);
    };
  }

  /** Resolves when the pass that is under way has ended. */
  idle(): Promise<void> {
    return this.passing;
  }

  private plan(): void {
    if (this.timer || this.watched.size === 0) return;
    this.timer = setTimeout(() => {
      this.passing = this.pass().then(() => {
        this.timer = undefined;
        this.plan();
      });
    }, this.options.everyMs ?? EVERY_MS);
    this.timer.unref();
  }

  private async pass(): Promise<void> {
    const all = [...this.watched].map(([sagaId, watched]) => this.check(sagaId, watched));
    await Promise.all(all);
  }

  /** While the database is away, watchers keep what they have. */
  private async check(sagaId: string, watched: Watched): Promise<void> {
    const { store, logger } = this.options;
    try {
      const row = await store.load(sagaId);
      if (!row || row.version === watched.version) return;
      const read = await this.withRows(row);
      watched.version = row.version;
      for (const listener of watched.listeners) listener(read);
    } catch (err) {
      logger.debug({ err, sagaId }, 'a watched saga could not be read');
    }
  }

  private async withRows(saga: SagaInstance): Promise<SagaRead> {
    const { store } = this.options;
    const { sagaId } = saga;
    const [log, notes] = await Promise.all([store.history(sagaId), store.notes(sagaId)]);
    return { saga, log, notes };
  }
}
