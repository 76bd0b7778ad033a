import type { PlannedCommand } from '../core/define.js';
import type { DriverPorts } from './driver-ports.js';
import { isOpen, traceOf, type SagaInstance } from '../core/instance.js';
import { reasonOf, storable } from '../core/json.js';
import type { OutgoingCommand } from './ports.js';
import type { ActiveSaga } from './active-saga.js';
import { postponed, renewed } from '../core/deadlines.js';
import { SendPermit, SendWindow, type SendPriority } from './send-window.js';

/** Why a command did not get into its queue. */
interface Unsent {
  readonly kind: 'unsent';
  readonly step: string;
  readonly direction: PlannedCommand['direction'];
  readonly attempt: number;
  readonly code: string;
  readonly message: string;
  readonly retryable?: false;
}

interface ToSend {
  readonly command: PlannedCommand;
  readonly attempt: number;
}

/** The deadlines of a command that is sent within this time are not moved. */
const LATE_MS = 100;

/**
 * Sends committed commands when they get a send permit. A waiting command cannot be lost: its row
 * names it, so an instance that takes the saga over sends it. Its deadlines are moved in memory
 * only. The row keeps the original ones, and an instance that reads the row counts them from then.
 */
export class Dispatch {
  private readonly window: SendWindow;

  constructor(
    private readonly ports: DriverPorts,
    private readonly to: {
      /** It was held back, and is on its way now. */
      sentLater(active: ActiveSaga): void;
      unsent(active: ActiveSaga, event: Unsent): void;
    },
  ) {
    this.window = new SendWindow(ports.settings);
  }

  /** How many commands wait for a place in their queue. */
  get heldBack(): number {
    return this.window.waiting;
  }

  /** `sinceMs`: when it was decided, by the monotonic clock; its commit may have been slow. */
  send(active: ActiveSaga, { command, attempt }: ToSend, sinceMs: number): void {
    const priority = priorityOf(active, command);
    const permit = new SendPermit(command.queue, priority, sinceMs, (wasHeldBack) => {
      const lateMs = this.ports.timers.nowMs() - permit.sinceMs;
      if (lateMs > LATE_MS) this.postpone(active, lateMs);
      if (wasHeldBack) this.to.sentLater(active);
      void this.publish(active, command, attempt);
    });
    active.permit = permit;
    this.window.enter(permit);
  }

  /** The command that was sent, or waits for its permit, is no longer awaited. */
  settle(active: ActiveSaga): void {
    const { permit } = active;
    if (!permit) return;
    active.permit = undefined;
    this.window.leave(permit);
  }

  /** The saga as its row says it is; its step's deadline counts from now. */
  readAgain(active: ActiveSaga, row: SagaInstance): void {
    const { clock, timers } = this.ports;
    const command = isOpen(row) ? active.definition.commands.get(row.awaited) : undefined;
    if (active.permit) active.permit.sinceMs = timers.nowMs();
    active.instance = row;
    if (!isOpen(row) || !command) return;
    const { deadlineMs } = active.definition.steps[command.index]!;
    active.instance = renewed(row, deadlineMs, clock.nowMs());
  }

  /** The state of the saga now: a waiting command uses up only the deadline of the saga. */
  asSentNow({ instance, permit }: ActiveSaga): SagaInstance {
    if (!permit?.isHeldBack || !isOpen(instance)) return instance;
    return postponed(instance, this.ports.timers.nowMs() - permit.sinceMs);
  }

  stop(): void {
    this.window.close();
  }

  private postpone(active: ActiveSaga, byMs: number): void {
    const { instance } = active;
    if (isOpen(instance)) active.instance = postponed(instance, byMs);
  }

  private async publish(
    active: ActiveSaga,
    command: PlannedCommand,
    attempt: number,
  ): Promise<void> {
    const { step, direction, queue } = command;
    const about = { kind: 'unsent', step, direction, attempt } as const;
    const unsent = (code: string, message: string): void =>
      this.to.unsent(active, { ...about, code, message });
    let made: OutgoingCommand | undefined;
    try {
      made = outgoing(active.instance, command, attempt);
      this.ports.reached('after-commit-before-publish');
      const answer = await this.ports.sender.send(made);
      this.ports.reached('after-publish');
      if (answer !== 'accepted') unsent('UNROUTABLE', `there is no queue ${queue}`);
    } catch (error) {
      const why = made ? whyUnstorable(made.data) : error;
      if (why === undefined) {
        const { code, message } = errorOf(error);
        return unsent(code, message);
      }
      // The cause is the definition or what it kept: sending again would fail in the same way.
      const trace = traceOf(active.instance);
      this.ports.logger.error({ ...trace, step, direction, err: why }, NOT_MADE);
      const [code, message] = ['COMMAND_NOT_MADE', `${NOT_MADE}: ${reasonOf(why)}`];
      this.to.unsent(active, { ...about, code, message, retryable: false });
    }
  }
}

const NOT_MADE = 'the command cannot be made';

/** Called only after a failed send, because the sender already converts the data to JSON. */
function whyUnstorable(data: unknown): unknown {
  try {
    storable(data);
    return undefined;
  } catch (error) {
    return error;
  }
}

function priorityOf(active: ActiveSaga, command: PlannedCommand): SendPriority {
  if (command.direction === 'undo') return 'undo';
  return active.definition.steps[command.index]!.pastPivot ? 'pivot' : active.origin;
}

/** Throws when `data` does. */
function outgoing(saga: SagaInstance, command: PlannedCommand, attempt: number): OutgoingCommand {
  const { sagaId, subjectId, definition, definitionVersion, requestId } = saga;
  const { step, direction, queue, pattern, replyTimeoutMs } = command;
  const id = `${sagaId}:${step}:${direction}`;
  const data = command.data(saga);
  // One literal: one that begins with a spread costs microseconds (docs/performance.md).
  return {
    id,
    sagaId,
    subjectId,
    definition,
    definitionVersion,
    step,
    direction,
    attempt,
    requestId,
    queue,
    pattern,
    data,
    replyTimeoutMs,
  };
}

/** An error's own code, or the one given, and its message. */
export function errorOf(error: unknown, other = 'SEND_FAILED'): { code: string; message: string } {
  const code = (error as { code?: unknown } | null)?.code;
  const message = reasonOf(error);
  return { code: typeof code === 'string' ? code : other, message };
}
