import type { SagaDefinition } from '../../core/define.js';
import { SagaDefinitionChanged } from '../../runtime/definition-record.js';
import { isEnded, type EndedSaga, type OpenSaga, type SagaInstance } from '../../core/instance.js';
import { canonicalJson } from '../../core/json.js';
import type { EngineCounters, OutgoingCommand } from '../../runtime/ports.js';
import { ENGINE_DEFAULTS, type EngineSettings } from '../../core/settings.js';
import type { ReplyOutcome } from '../../core/transition.js';
import { MemoryDatabase } from '../memory-database.js';
import { AnyParticipants } from './any-participants.js';
import type { Chance } from './chance.js';
import { awaitedKey, sentKey } from './command-keys.js';
import { FATES, mishapsOf, PAUSES_MS } from './mishaps.js';
import { People } from './people.js';
import { NeedlessUndos } from './needless-undos.js';
import { sagaProblems } from './saga-promises.js';
import { SimulatedProcess, titleOf, type ProcessParts } from './simulated-process.js';
import type { SimulationOptions } from './simulation-options.js';
import { UnreadQueues } from './unread-queues.js';
import { World, type SimulatedParticipants } from './world.js';

export type { BrokenParts, Schedule, SimulationOptions, Stage } from './simulation-options.js';

export interface RunEnd {
  readonly problems: readonly string[];
  readonly sagas: readonly SagaInstance[];
  readonly choices: readonly number[];
  /** How many sagas were undone although nothing required it; each is one of the problems, too. */
  readonly needlessUndos: number;
}

const STEPS_MAX = 20_000;
const MISHAP_ONCE_IN = 12;
const MISTAKEN_ONCE_IN = 3;
const WAIT_MS = 60_000;
/** In one run of so many, up to so many sagas have very few send permits for their commands. */
const CROWDED_ONCE_IN = 8;
const CROWD = 6;
const NARROW = { commandsPerQueueMax: 2, reservedPerQueue: 1 };
const CLIENT_PATIENCE_MS = 8_000;
/** Fewer reads that find nothing: they would be most of what happens. */
const SETTINGS: EngineSettings = { ...ENGINE_DEFAULTS, takeoverEveryMs: 1_500, pollEveryMs: 2_000 };

/** One run: chance decides what happens until its faults are used up; then everything is fair. */
export class Simulation<Input> {
  private readonly world: World;
  private readonly processes: SimulatedProcess[] = [];
  private readonly definition: SagaDefinition;
  private readonly versions: readonly SagaDefinition[];
  /** What sagas are to be true to, by version; the engines may follow something else. */
  private readonly promised: readonly SagaDefinition[];
  private readonly database: MemoryDatabase;
  private readonly participants: SimulatedParticipants;
  private readonly generations = new Map<string, number>();
  private readonly awaitedOnce = new Set<string>();
  private readonly sentOnce = new Map<string, string>();
  private readonly told = new Map<string, EndedSaga>();
  private readonly parts: ProcessParts;
  private readonly queues: readonly string[];
  private readonly sagaIds: readonly string[];
  private readonly goodput: NeedlessUndos;
  private readonly unread: UnreadQueues;
  private readonly people: People;
  private steps = 0;

  constructor(
    private readonly options: SimulationOptions<Input>,
    chance: Chance,
    parts: { readonly counters: EngineCounters; readonly lines?: string[] },
  ) {
    const world = new World(chance, parts.lines);
    const clock = { nowMs: () => world.nowMs };
    this.world = world;
    this.definition = options.definition;
    const driven = options.broken?.definition ?? this.definition;
    const others = (options.otherVersions ?? []) as SagaDefinition[];
    this.versions = [driven, ...others];
    this.promised = [this.definition, ...others];
    const commands = this.promised.flatMap((one) => [...one.commands.values()]);
    this.queues = [...new Set(commands.map(({ queue }) => queue))];
    this.database = options.broken?.database?.(clock) ?? new MemoryDatabase(clock);
    const isCrowded = chance.onceIn(CROWDED_ONCE_IN);
    const sagas = 1 + chance.below(Math.max(options.sagas ?? 1, isCrowded ? CROWD : 1));
    const settings = { ...SETTINGS, ...(isCrowded && NARROW), ...options.settings };
    const definitionOf = (sagaId: string) => this.definitionOf(sagaId);
    this.goodput = new NeedlessUndos(definitionOf, world, settings);
    const skippedBy = (sagaId: string) =>
      this.database.rows.get(sagaId)?.instance.waits?.skipped ?? [];
    const committed = (saga: OpenSaga) => void this.awaitedOnce.add(awaitedKey(saga));
    const { signals } = options;
    const { database, processes } = this;
    this.people = new People(world, database, processes, committed, definitionOf, signals);
    this.unread = new UnreadQueues(world, settings.commandsPerQueueMax);
    this.sagaIds = Array.from({ length: sagas }, (_, i) => `saga-${i + 1}`);
    this.participants =
      options.participants?.(world) ??
      new AnyParticipants(this.definition, world, options.responses, definitionOf, skippedBy);
    this.parts = {
      world,
      database: this.database,
      engine: { counters: parts.counters, settings },
      seen: {
        committed,
        saved: (write, by) => this.goodput.saved(write, by),
        savedUnknown: (write) => this.goodput.savedUnknown(write),
        tookOver: (saga, from) => this.tookOver(saga, from),
      },
      deliver: (command, from) => this.deliver(command, from),
      died: ({ place }) => void world.after(world.lasting(PAUSES_MS), () => this.boot(place)),
    };
  }

  /** A turn is over when everything that follows from it at once has happened. */
  run(): Promise<RunEnd> {
    for (let i = 0; i < (this.options.instances ?? 2); i++) this.boot(placeOf(i));
    for (const sagaId of this.sagaIds) this.ask(sagaId);
    this.people.begin(this.promised);
    return new Promise((resolve, reject) => {
      // A tick runs when no microtask is left, yet only one that a microtask asked for.
      const next = (): void => process.nextTick(turn);
      const turn = (): void => {
        try {
          if (this.isOver()) return resolve(this.end());
          if (++this.steps > STEPS_MAX) return resolve(this.end());
          if (this.world.fault(MISHAP_ONCE_IN)) this.mishap();
          this.world.turn();
          queueMicrotask(next);
        } catch (error) {
          reject(error);
        }
      };
      next();
    });
  }

  /** The definition that a saga was begun with. */
  private definitionOf(sagaId: string): SagaDefinition {
    const version = this.database.rows.get(sagaId)?.instance.definitionVersion;
    return this.promised.find((one) => one.version === version) ?? this.definition;
  }

  /** A new process takes the place of one that is gone. */
  private boot(place: string): void {
    const generation = (this.generations.get(place) ?? 0) + 1;
    this.generations.set(place, generation);
    const named = this.options.broken?.processId ?? ((at, nth) => `${at}${nth}`);
    const id = named(place, generation);
    const started = new SimulatedProcess(id, place, this.knownAt(place), this.parts);
    this.options.broken?.engine?.(started.engine);
    const at = this.processes.findIndex((old) => old.isDead);
    if (at === -1) this.processes.push(started);
    else this.processes[at] = started;
    started.engine.run().catch((error: unknown) => {
      const isMistake = started.known.some((one) => !this.versions.includes(one));
      if (isMistake && error instanceof SagaDefinitionChanged) return started.die('refused');
      started.failed(error);
    });
  }

  /** The first process always knows every version; otherwise a saga might wait for ever. */
  private knownAt(place: string): readonly SagaDefinition[] {
    const { versions } = this;
    const { changedVersions = [] } = this.options;
    const isMistaken = changedVersions.length > 0 && this.world.chance.onceIn(MISTAKEN_ONCE_IN);
    if (isMistaken && this.database.definitions.size === versions.length) {
      const changed = this.world.chance.pick(changedVersions) as SagaDefinition;
      return versions.map((one) => (one.version === changed.version ? changed : one));
    }
    if (versions.length === 1 || place === placeOf(0)) return versions;
    const unknown = this.world.chance.below(versions.length + 1);
    return unknown === 0 ? versions : versions.filter((_, nth) => nth !== unknown - 1);
  }

  private mishap(): void {
    const kinds = mishapsOf(this.world, this.processes, this.queues, this.sagaIds);
    const { world, database, processes, sagaIds } = this;
    kinds.push([...(this.participants.mishaps?.() ?? [])]);
    for (const schedule of this.options.schedules ?? []) {
      kinds.push(schedule({ world, database, processes, sagaIds }));
    }
    const { chance } = world;
    const { name, happen } = chance.pick(chance.pick(kinds.filter((kind) => kind.length > 0)));
    this.world.tell(() => `* ${name}`);
    happen();
  }

  /** What a client does: ask an orchestrator that is there, and again when there is no answer. */
  private ask(sagaId: string): void {
    const { world } = this;
    if (this.database.rows.has(sagaId)) return;
    world.after(CLIENT_PATIENCE_MS, () => this.ask(sagaId));
    const there = this.processes.filter((one) => one.isAwake);
    if (there.length === 0) return;
    const asked = world.chance.pick(there);
    const { input } = this.options;
    const ids = { sagaId, subjectId: `subject-of-${sagaId}` };
    const request = { definition: world.chance.pick(asked.known), ...ids, input };
    asked.engine
      .start(request)
      .then(() => asked.engine.waitForEnd(sagaId, WAIT_MS))
      .then((seen) => {
        if (seen) this.told.set(sagaId, seen);
      })
      .catch(() => undefined);
  }

  /** Of an owner that is well nothing may be taken, whatever outage hit all of them. */
  private tookOver({ sagaId, owner }: OpenSaga, from: string): void {
    const robbed = this.processes.find(({ id }) => id === from);
    if (robbed?.isWell) this.world.breach(`${owner} took ${sagaId} from ${from}, which lives`);
  }

  private deliver(command: OutgoingCommand, from: SimulatedProcess): void {
    const { sagaId, step, direction, attempt } = command;
    const name = titleOf(command);
    this.goodput.sent(command, from.id);
    if (!this.awaitedOnce.has(sentKey(this.definitionOf(sagaId), command))) {
      this.world.breach(`${from.id} sent ${name}, which no committed row awaits`);
    }
    this.checkData(command, from);
    const answer = (outcome: ReplyOutcome): void => {
      const said = outcome.kind === 'done' ? 'done' : `${outcome.kind} ${outcome.code}`;
      this.world.tell(() => `  ${name} is answered ${said}`);
      this.goodput.answered(command, outcome);
      if (from.isDead) return;
      const arrive = (): void => {
        from.engine
          .onReply({ sagaId, step, direction, attempt, outcome })
          .catch((error: unknown) => from.failed(error));
      };
      this.world.put('reply', `${said} of ${name}`, arrive, from);
    };
    const readAtMs = this.unread.put(command, from.id);
    if (readAtMs === undefined) return this.world.tell(() => `  ${name} expires in its queue`);
    const arrive = (): void => this.arrive(name, command, answer);
    this.world.put('command', name, arrive, undefined, readAtMs);
  }

  /**
   * A command that is sent again is the same one; otherwise its participant could not recognise it.
   */
  private checkData({ id, data }: OutgoingCommand, from: SimulatedProcess): void {
    const json = canonicalJson(data);
    const first = this.sentOnce.get(id) ?? json;
    this.sentOnce.set(id, first);
    if (json !== first) this.world.breach(`${from.id} sent ${id} with other data than before`);
  }

  /** A participant gets a command, or something happens to it just then. */
  private arrive(
    name: string,
    command: OutgoingCommand,
    answer: (outcome: ReplyOutcome) => void,
  ): void {
    const { world } = this;
    world.tell(() => `  ${name} arrives`);
    if (!world.fault(20)) return this.participants.handle(command, answer);
    const how = world.chance.below(4);
    world.tell(() => `  * ${FATES[how]}`);
    if (how === 0) return;
    if (how === 1) return this.participants.handle(command, () => undefined);
    const code = 'BROKEN';
    const message = 'out of order';
    if (how === 2) answer({ kind: 'fault', code, message });
    else answer({ kind: 'rejected', code, message });
  }

  private isOver(): boolean {
    const { world, database, processes } = this;
    if (world.problems.length > 0) return true;
    if (world.pending.length > 0 || database.rows.size < this.sagaIds.length) return false;
    for (const { instance } of database.rows.values()) if (!isEnded(instance)) return false;
    return processes.every((one) => one.isDead || one.engine.inFlight === 0);
  }

  private end(): RunEnd {
    const { world, database } = this;
    const rows = [...database.rows.values()];
    const sagas = rows.map((row) => row.instance);
    const needless = this.goodput.problems;
    const problems = [...world.problems];
    if (problems.length === 0 && this.steps > STEPS_MAX) problems.push('it comes to no end');
    if (problems.length === 0 || this.steps > STEPS_MAX) {
      for (const { instance, log } of rows)
        problems.push(...sagaProblems(this.definitionOf(instance.sagaId), instance, log));
      for (const { instance, log } of rows) problems.push(...this.people.problems(instance, log));
      if (sagas.every(isEnded)) problems.push(...this.participants.problems(sagas));
      for (const saga of sagas) {
        const told = this.told.get(saga.sagaId);
        if (told && told.phase !== saga.phase) problems.push(`a client was told ${told.phase}`);
      }
    }
    problems.push(...needless);
    return { problems, sagas, choices: world.chance.choices, needlessUndos: needless.length };
  }
}

function placeOf(nth: number): string {
  return String.fromCharCode(65 + nth);
}
