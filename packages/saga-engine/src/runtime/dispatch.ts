import type { PlannedCommand } from '../core/define.js';
import type { DriverPorts } from './driver.js';
import { isOpen, traceOf, type SagaInstance } from '../core/instance.js';
import { reasonOf, storable } from '../core/json.js';
import type { OutgoingCommand } from './ports.js';
import type { Resident } from './active-saga.js';
import { Pass, postponed, renewed, SendWindow, type Lane } from './send-window.js';

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

/** A command that leaves no later than this has its deadlines as they were decided. */
const LATE_MS = 100;

/**
 * Sends what is committed, when its queue has a place for it. A command held back is in no danger:
 * its row names it, so that whoever takes the saga over sends it. Its deadlines are moved in memory
 * only; the row's stay as they were, and whoever reads it counts them anew.
 */
export class Dispatch {
  private readonly window: SendWindow;

  constructor(
    private readonly ports: DriverPorts,
    private readonly to: {
      /** It was held back, and is on its way now. */
      sentLater(resident: Resident): void;
      unsent(resident: Resident, event: Unsent): void;
    },
  ) {
    this.window = new SendWindow(ports.settings);
  }

  /** How many commands wait for a place in their queue. */
  get heldBack(): number {
    return this.window.waiting;
  }

  /** `sinceMs`: when it was decided, by the monotonic clock; its commit may have been slow. */
  send(resident: Resident, { command, attempt }: ToSend, sinceMs: number): void {
    const lane = laneOf(resident, command);
    const pass = new Pass(command.queue, lane, sinceMs, (wasHeldBack) => {
      const lateMs = this.ports.timers.nowMs() - pass.sinceMs;
      if (lateMs > LATE_MS) this.postpone(resident, lateMs);
      if (wasHeldBack) this.to.sentLater(resident);
      void this.publish(resident, command, attempt);
    });
    resident.pass = pass;
    this.window.enter(pass);
  }

  /** What was sent, or waits to be, is awaited no longer. */
  settle(resident: Resident): void {
    const { pass } = resident;
    if (!pass) return;
    resident.pass = undefined;
    this.window.leave(pass);
  }

  /** The saga as its row says it is; its step's deadline counts from now. */
  readAgain(resident: Resident, row: SagaInstance): void {
    const { clock, timers } = this.ports;
    const command = isOpen(row) ? resident.definition.commands.get(row.awaited) : undefined;
    if (resident.pass) resident.pass.sinceMs = timers.nowMs();
    resident.instance = row;
    if (!isOpen(row) || !command) return;
    const { deadlineMs } = resident.definition.steps[command.index]!;
    resident.instance = renewed(row, deadlineMs, clock.nowMs());
  }

  /** Where the saga stands: what waits to be sent has used up nothing of its deadlines but the saga's. */
  asSentNow({ instance, pass }: Resident): SagaInstance {
    if (!pass?.isHeldBack || !isOpen(instance)) return instance;
    return postponed(instance, this.ports.timers.nowMs() - pass.sinceMs);
  }

  stop(): void {
    this.window.close();
  }

  private postpone(resident: Resident, byMs: number): void {
    const { instance } = resident;
    if (isOpen(instance)) resident.instance = postponed(instance, byMs);
  }

  private async publish(
    resident: Resident,
    command: PlannedCommand,
    attempt: number,
  ): Promise<void> {
    const { step, direction, queue } = command;
    const about = { kind: 'unsent', step, direction, attempt } as const;
    const unsent = (code: string, message: string): void =>
      this.to.unsent(resident, { ...about, code, message });
    let made: OutgoingCommand | undefined;
    try {
      made = outgoing(resident.instance, command, attempt);
      this.ports.reached('after-commit-before-publish');
      const answer = await this.ports.sender.send(made);
      this.ports.reached('after-publish');
      if (answer !== 'accepted') unsent('UNROUTABLE', `nobody serves the queue ${queue}`);
    } catch (error) {
      const why = made ? whyUnstorable(made.data) : error;
      if (why === undefined) {
        const { code, message } = errorOf(error);
        return unsent(code, message);
      }
      // The definition's own fault, or that of what it kept: it would fail again in the same way.
      const trace = traceOf(resident.instance);
      this.ports.logger.error({ ...trace, step, direction, err: why }, NOT_MADE);
      const [code, message] = ['COMMAND_NOT_MADE', `${NOT_MADE}: ${reasonOf(why)}`];
      this.to.unsent(resident, { ...about, code, message, retryable: false });
    }
  }
}

const NOT_MADE = 'the command cannot be made';

/** Asked only of what could not be sent: the sender makes JSON of it, and it need not be done twice. */
function whyUnstorable(data: unknown): unknown {
  try {
    storable(data);
    return undefined;
  } catch (error) {
    return error;
  }
}

function laneOf(resident: Resident, command: PlannedCommand): Lane {
  if (command.direction === 'undo') return 'undo';
  return resident.definition.steps[command.index]!.pastPivot ? 'pivot' : resident.origin;
}

/** Throws when `data` does. */
function outgoing(saga: SagaInstance, command: PlannedCommand, attempt: number): OutgoingCommand {
  const { sagaId, subjectId, requestId } = saga;
  const { step, direction, queue, pattern, replyTimeoutMs } = command;
  const id = `${sagaId}:${step}:${direction}`;
  const data = command.data(saga);
  // One literal: one that begins with a spread costs microseconds (docs/performance.md).
  return {
    id,
    sagaId,
    subjectId,
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
