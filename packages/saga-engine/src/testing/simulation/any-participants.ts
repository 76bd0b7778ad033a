import type { PlannedStep, SagaDefinition } from '../../core/define.js';
import type { SagaInstance } from '../../core/instance.js';
import type { OutgoingCommand } from '../../runtime/ports.js';
import type { ReplyOutcome } from '../../core/transition.js';
import type { SimulatedParticipants, World } from './world.js';

/** The business row of one step: the barrier, and the memory of its first answer. */
interface Row {
  state: 'none' | 'done' | 'undone' | 'rejected';
  no: string | undefined;
  dones: number;
  undos: number;
}

const NO_ONCE_IN = 10;
const DONE: ReplyOutcome = { kind: 'done', response: {} };

/** Participants for any saga: every step has one row, written together with its effect. */
export class AnyParticipants implements SimulatedParticipants {
  private readonly rows = new Map<string, Row>();

  constructor(
    protected readonly definition: SagaDefinition,
    protected readonly world: World,
    private readonly responses: Readonly<Record<string, unknown>> = {},
    /** Which version a saga was begun with, where there are several. */
    private readonly definitionOf: (sagaId: string) => SagaDefinition = () => definition,
    /** Steps that a wait of a saga led past. */
    private readonly skippedBy: (sagaId: string) => readonly string[] = () => [],
  ) {}

  handle(command: OutgoingCommand, answer: (outcome: ReplyOutcome) => void): void {
    const { sagaId, step: name, direction } = command;
    const step = this.definitionOf(sagaId).steps.find((one) => one.name === name);
    if (!step) return this.world.breach(`${name} is no step of the saga's version`);
    const row = this.rowOf(sagaId, name);
    const before = row.state;
    const outcome = direction === 'undo' ? this.undo(row) : this.do(step, row);
    if (before !== row.state) this.checkOrder(sagaId, step, before, row.state);
    if (direction === 'undo') this.undoOthers(sagaId, name);
    answer(outcome);
  }

  problems(sagas: readonly SagaInstance[]): readonly string[] {
    return sagas.flatMap((saga) =>
      this.definitionOf(saga.sagaId).steps.flatMap((step) => this.stepProblems(saga, step)),
    );
  }

  protected do(step: PlannedStep, row: Row): ReplyOutcome {
    if (row.state === 'undone') return this.no([...step.rejections][0] ?? 'UNDONE');
    if (row.state === 'rejected') return this.no(row.no!);
    if (row.state === 'done') return this.done(step);
    if (step.rejections.size > 0 && this.world.chance.onceIn(NO_ONCE_IN)) {
      row.state = 'rejected';
      row.no = this.world.chance.pick([...step.rejections]);
      return this.no(row.no);
    }
    row.state = 'done';
    row.dones++;
    return this.done(step);
  }

  protected undo(row: Row): ReplyOutcome {
    if (row.state === 'done') row.undos++;
    if (row.state !== 'rejected') row.state = 'undone';
    return DONE;
  }

  /** The undo takes back, and bars, what the steps did that are undone by it. */
  private undoOthers(sagaId: string, by: string): void {
    for (const { name, undoneBy } of this.definitionOf(sagaId).steps) {
      if (undoneBy === by) this.undo(this.rowOf(sagaId, name));
    }
  }

  protected rowOf(sagaId: string, step: string): Row {
    const key = `${sagaId}:${step}`;
    let row = this.rows.get(key);
    if (!row) this.rows.set(key, (row = { state: 'none', no: undefined, dones: 0, undos: 0 }));
    return row;
  }

  protected done(step: PlannedStep): ReplyOutcome {
    const response = this.responses[step.name];
    return response === undefined ? DONE : { kind: 'done', response };
  }

  private no(code: string): ReplyOutcome {
    return { kind: 'rejected', code, message: 'no' };
  }

  /** An effect comes after those of all earlier steps; it is undone after those of all later ones. */
  private checkOrder(
    sagaId: string,
    step: PlannedStep,
    from: Row['state'],
    to: Row['state'],
  ): void {
    const { steps } = this.definitionOf(sagaId);
    const index = step.do.index;
    const holds = (one: PlannedStep) => this.rowOf(sagaId, one.name).state === 'done';
    // What has no undo of its own may come late, until that of another step bars it.
    if (to === 'done' && (step.undo || step.pastPivot)) {
      const skipped = this.skippedBy(sagaId);
      const before = steps.slice(0, index).filter(({ name }) => !skipped.includes(name));
      const missing = before.find((one) => !holds(one));
      if (missing) this.world.breach(`${step.name} happened without ${missing.name}`);
    }
    if (from !== 'done' || to !== 'undone') return;
    const later = steps.slice(index + 1).find((one) => one.undo && holds(one));
    if (later) this.world.breach(`${step.name} was undone before ${later.name}`);
  }

  private stepProblems(saga: SagaInstance, step: PlannedStep): string[] {
    const { state, dones, undos } = this.rowOf(saga.sagaId, step.name);
    const problems: string[] = [];
    if (saga.waits?.skipped.includes(step.name)) {
      // The undo of another step bars it, too, though it never happened.
      const isClean = state === 'none' || (state === 'undone' && dones === 0);
      return isClean ? [] : [`${step.name} was skipped, and is ${state}`];
    }
    if (dones > 1) problems.push(`${step.name} happened ${dones} times`);
    if (undos > 1) problems.push(`${step.name} was undone ${undos} times`);
    if (saga.phase === 'done' && state !== 'done')
      problems.push(`DONE, but ${step.name} is ${state}`);
    if (saga.phase === 'undone' && step.noUndo === undefined && state === 'done') {
      problems.push(`COMPENSATED, but ${step.name} still holds`);
    }
    return problems;
  }
}
