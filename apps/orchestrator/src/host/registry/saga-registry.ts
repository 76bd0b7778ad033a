import {
  type Direction,
  isOpen,
  type PlannedCommand,
  type SagaDefinition,
  type SagaFailure,
  type SagaInstance,
  type SagaLogEntry,
  type SagaNoteEntry,
} from '@backstitch/saga-engine';
import { planOf } from '@backstitch/saga-engine/story';
import type { SagaPlanStepView, SagaView } from '@backstitch/shared-types';
import type { RegisteredSaga, SagaParticipant, SagaReason } from './registered-saga.js';
import { registryProblems } from './registry-problems.js';
import { generalViewOf } from './saga-view.js';

/** A definition, as rows, commands and replies name it. */
export interface DefinitionId {
  readonly definition: string;
  readonly definitionVersion: number;
}

/** One command of a saga, as its reply names it. */
export interface CommandId extends DefinitionId {
  readonly step: string;
  readonly direction: Direction;
}

/** Every problem of the list of sagas at once. */
export class SagaRegistryError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`the sagas cannot be served:\n${problems.map((each) => `  - ${each}`).join('\n')}`);
    this.name = 'SagaRegistryError';
  }
}

/** For a definition that this instance does not know: another instance can tell. */
const REASON_NOT_KNOWN: SagaReason = {
  code: 'UNAVAILABLE',
  detail: 'It was undone. The reason is not available at the moment; ask again later.',
};

/** All sagas of this host. Two sagas may use the same step names: nothing is found by a step alone. */
export class SagaRegistry {
  /** In every version. */
  readonly definitions: readonly SagaDefinition[];
  /** Each queue once. */
  readonly participants: readonly SagaParticipant[];
  private readonly sagas: ReadonlyMap<string, RegisteredSaga>;
  private readonly byId: ReadonlyMap<string, SagaDefinition>;
  private readonly commands: ReadonlyMap<string, PlannedCommand>;

  /** Throws SagaRegistryError. */
  constructor(sagas: readonly RegisteredSaga[]) {
    const problems = registryProblems(sagas);
    if (problems.length > 0) throw new SagaRegistryError(problems);
    this.sagas = new Map(sagas.map((saga) => [saga.definitions[0].name, saga]));
    this.definitions = sagas.flatMap((saga) => saga.definitions);
    const participants = sagas.flatMap((saga) => saga.participants);
    this.participants = [...new Map(participants.map((each) => [each.queue, each])).values()];
    this.byId = new Map(this.definitions.map((each) => [idOf(each.name, each.version), each]));
    this.commands = new Map(this.definitions.flatMap(commandsOf));
  }

  /** The saga of this name, whatever its version. */
  saga(name: string): RegisteredSaga | undefined {
    return this.sagas.get(name);
  }

  /** The definition that a row names; undefined for a saga or a version of another release. */
  definition({ definition, definitionVersion }: DefinitionId): SagaDefinition | undefined {
    return this.byId.get(idOf(definition, definitionVersion));
  }

  /** The command of a step: its queue, its pattern, and whether it does or undoes. */
  command({
    definition,
    definitionVersion,
    step,
    direction,
  }: CommandId): PlannedCommand | undefined {
    return this.commands.get(`${idOf(definition, definitionVersion)}:${step}:${direction}`);
  }

  /** All commands of all sagas with this pattern, for a command whose saga is not known. */
  commandsWith(pattern: string): readonly PlannedCommand[] {
    return [...this.commands.values()].filter((command) => command.pattern === pattern);
  }

  /** The queues that the sagas of this name need; none for an unknown name. */
  queuesOf(name: string): readonly string[] {
    return (this.sagas.get(name)?.participants ?? []).map(({ queue }) => queue);
  }

  /** Tells that the service of the awaited command does not answer. */
  private whyAway(saga: SagaInstance, registered: RegisteredSaga | undefined): string | undefined {
    const awaited = isOpen(saga) ? saga.awaited : undefined;
    const queue = awaited && this.definition(saga)?.commands.get(awaited)?.queue;
    const title = registered?.participants.find((one) => one.queue === queue)?.title;
    return title && `${title} not answering at the moment.`;
  }

  /** A saga as GET /sagas/:sagaId answers it. */
  view(
    saga: SagaInstance,
    log: readonly SagaLogEntry[],
    notes: readonly SagaNoteEntry[] = [],
  ): SagaView {
    const registered = this.sagas.get(saga.definition);
    const definition = this.definition(saga);
    const outcome = (failure: SagaFailure) => registered?.outcome(failure) ?? REASON_NOT_KNOWN;
    const plan = definition ? planViewOf(definition) : [];
    const away = this.whyAway(saga, registered);
    const general = generalViewOf({ saga, log, notes, plan, away, outcome });
    return registered ? registered.view(general, saga) : general;
  }
}

function planViewOf(definition: SagaDefinition): SagaPlanStepView[] {
  return planOf(definition).map((step) => ({
    ...step,
    queue: step.queue ?? null,
    attemptsMax: step.attemptsMax ?? null,
  }));
}

function idOf(name: string, version: number): string {
  return `${name}@${version}`;
}

function commandsOf({ name, version, commands }: SagaDefinition): [string, PlannedCommand][] {
  return [...commands.values()].map((command) => [
    `${idOf(name, version)}:${command.step}:${command.direction}`,
    command,
  ]);
}
