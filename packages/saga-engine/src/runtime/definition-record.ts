import type { SagaDefinition } from '../core/define.js';
import type { DriverPorts } from './driver-ports.js';
import { differencesOf, recordOf } from '../core/fingerprint.js';
import { pause } from './loop.js';

/** A definition that is another one than sagas were begun with under its name and version. */
export interface ChangedDefinition {
  readonly name: string;
  readonly version: number;
  /** The steps that differ, each as a sentence. */
  readonly differences: readonly string[];
}

/**
 * Definitions changed under a version that is on record: a saga begun before could skip an undo. The
 * engine drives nothing. Raise the version, and go on giving the engine the old definition, too.
 */
export class SagaDefinitionChanged extends Error {
  constructor(readonly changes: readonly ChangedDefinition[]) {
    super(changes.map(told).join('\n'));
    this.name = 'SagaDefinitionChanged';
  }
}

/** Makes sure that all engines have the same definition under one name and version. */
export class DefinitionRecord {
  /** True once the definitions are known to be those on record: nothing is driven before. */
  isPassed = false;
  private refusal: SagaDefinitionChanged | undefined;
  private checking: Promise<void> | undefined;

  constructor(
    private readonly ports: Pick<DriverPorts, 'store' | 'logger' | 'timers' | 'settings'>,
    private readonly definitions: ReadonlyMap<string, SagaDefinition>,
  ) {}

  /**
   * Records what is new, and compares what is known: of two that record at once the first one counts
   * for both. Asks until the database answers, or until `isStopped`. Rejects with
   * SagaDefinitionChanged.
   */
  check(isStopped: () => boolean): Promise<void> {
    return (this.checking ??= this.ask(isStopped));
  }

  private async ask(isStopped: () => boolean): Promise<void> {
    const { store, logger, timers, settings } = this.ports;
    const own = [...this.definitions.values()].map(recordOf);
    for (let tries = 0; !isStopped(); tries++) {
      try {
        const known = await store.recordDefinitions(own);
        return this.compare(own, known);
      } catch (err) {
        if (err === this.refusal) throw err;
        if (tries === 0) logger.warn({ err }, 'the definitions of sagas cannot be compared yet');
        await pause(timers, settings.heartbeatEveryMs);
      }
    }
  }

  private compare(own: readonly Recorded[], known: readonly Recorded[]): void {
    const changes = own.flatMap((now): ChangedDefinition[] => {
      const { name, version } = now;
      const before = known.find((one) => one.name === name && one.version === version);
      const differences = before ? differencesOf(before.fingerprint, now.fingerprint) : [];
      return differences.length === 0 ? [] : [{ name, version, differences }];
    });
    this.isPassed = changes.length === 0;
    if (this.isPassed) return;
    this.refusal = new SagaDefinitionChanged(changes);
    throw this.refusal;
  }
}

type Recorded = ReturnType<typeof recordOf>;

function told({ name, version, differences }: ChangedDefinition): string {
  const lines = differences.map((difference) => `  - ${difference}`).join('\n');
  return `the saga "${name}" changed under its version ${version}, which is in use:\n${lines}`;
}
