import type { PlannedCommand } from './define.js';
import type { DriverPorts } from './driver.js';
import { isOpen, traceOf, type SagaInstance } from './instance.js';
import { reasonOf, storable } from './json.js';
import type { OutgoingCommand } from './ports.js';
import type { Resident } from './resident.js';
import { postponed, SendWindow, type Lane } from './send-window.js';

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

/**
 * Sends what is committed, when its queue has a place for it. A command held back is in no danger:
 * its row names it, so that whoever takes the saga over sends it. Its deadlines are moved in memory
 * only; the row's stay as they were promised to others.
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

  send(resident: Resident, command: PlannedCommand, attempt: number): void {
    resident.heldSinceMs = this.ports.timers.nowMs();
    const pass = {
      queue: command.queue,
      lane: laneOf(resident, command),
      go: () => {
        if (resident.isHeldBack) this.endWait(resident);
        void this.publish(resident, command, attempt);
      },
    };
    resident.pass = pass;
    this.window.enter(pass);
    resident.isHeldBack = this.window.isWaiting(pass);
  }

  /** What was sent, or waits to be, is awaited no longer. */
  settle(resident: Resident): void {
    const { pass } = resident;
    if (!pass) return;
    resident.pass = undefined;
    resident.isHeldBack = false;
    this.window.leave(pass);
  }

  /** Where the saga stands: what waits to be sent has used up nothing of its deadlines but the saga's. */
  asSentNow({ instance, isHeldBack, heldSinceMs }: Resident): SagaInstance {
    if (!isHeldBack || !isOpen(instance)) return instance;
    return postponed(instance, this.ports.timers.nowMs() - heldSinceMs);
  }

  stop(): void {
    this.window.close();
  }

  private endWait(resident: Resident): void {
    resident.instance = this.asSentNow(resident);
    resident.isHeldBack = false;
    this.to.sentLater(resident);
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
    let made: OutgoingCommand;
    try {
      made = outgoing(resident.instance, command, attempt);
    } catch (err) {
      // The definition's own fault, or that of what it kept: it would fail again in the same way.
      this.ports.logger.error({ ...traceOf(resident.instance), step, direction, err }, NOT_MADE);
      const [code, message] = ['COMMAND_NOT_MADE', `${NOT_MADE}: ${reasonOf(err)}`];
      this.to.unsent(resident, { ...about, code, message, retryable: false });
      return;
    }
    try {
      this.ports.reached('after-commit-before-publish');
      const answer = await this.ports.sender.send(made);
      this.ports.reached('after-publish');
      if (answer !== 'accepted') unsent('UNROUTABLE', `nobody serves the queue ${queue}`);
    } catch (error) {
      const { code, message } = errorOf(error);
      unsent(code, message);
    }
  }
}

const NOT_MADE = 'the command cannot be made';

function laneOf(resident: Resident, command: PlannedCommand): Lane {
  const isUrgent =
    command.direction === 'undo' || resident.definition.steps[command.index]!.pastPivot;
  return isUrgent ? 'urgent' : resident.origin;
}

/** Throws when `data` does, or when JSON cannot hold what it answers. */
function outgoing(saga: SagaInstance, command: PlannedCommand, attempt: number): OutgoingCommand {
  const { sagaId, subjectId, requestId } = saga;
  const { step, direction, queue, pattern } = command;
  const id = `${sagaId}:${step}:${direction}`;
  const data = storable(command.data(saga));
  return { id, sagaId, subjectId, step, direction, attempt, requestId, queue, pattern, data };
}

/** An error's own code, or the one given, and its message. */
export function errorOf(error: unknown, other = 'SEND_FAILED'): { code: string; message: string } {
  const code = (error as { code?: unknown } | null)?.code;
  const message = reasonOf(error);
  return { code: typeof code === 'string' ? code : other, message };
}
