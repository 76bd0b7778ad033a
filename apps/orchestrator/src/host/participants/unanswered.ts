export interface SentCommand {
  sagaId: string;
  /** The name of its saga's definition. */
  definition: string;
  step: string;
  direction: string;
  queue: string;
  replyTimeoutMs: number;
}

/** A command that got no reply in its time. */
export interface Silence {
  sagaId: string;
  definition: string;
  step: string;
  direction: string;
  queue: string;
  sentAtMs: number;
}

interface Waiting extends Silence {
  dueAtMs: number;
}

/** The commands whose reply is awaited; one per saga at most times, so they are bounded as sagas are. */
export class Unanswered {
  private readonly waiting = new Map<string, Waiting>();

  /** The attempt before it counts as silence when it was overdue already. */
  sent(command: SentCommand, nowMs: number): Silence | undefined {
    const { sagaId, definition, step, direction, queue, replyTimeoutMs } = command;
    const name = nameOf(command);
    const before = this.waiting.get(name);
    // A map keeps the place of a key that is set again: the order must stay that of sending.
    this.waiting.delete(name);
    const dueAtMs = nowMs + replyTimeoutMs;
    const sentAtMs = nowMs;
    this.waiting.set(name, { sagaId, definition, step, direction, queue, sentAtMs, dueAtMs });
    return before && before.dueAtMs <= nowMs ? before : undefined;
  }

  /** When it was sent; undefined when no answer to it was awaited any more. */
  answered(command: Pick<SentCommand, 'sagaId' | 'step' | 'direction'>): number | undefined {
    const name = nameOf(command);
    const sentAtMs = this.waiting.get(name)?.sentAtMs;
    this.waiting.delete(name);
    return sentAtMs;
  }

  /** When the oldest command of each queue was sent that has no answer yet. */
  oldestByQueue(): Map<string, number> {
    const oldest = new Map<string, number>();
    for (const { queue, sentAtMs } of this.waiting.values()) {
      if (!oldest.has(queue)) oldest.set(queue, sentAtMs); // they are in the order of sending
    }
    return oldest;
  }

  /** Every command is overdue once. */
  takeOverdue(nowMs: number): Silence[] {
    const overdue: Silence[] = [];
    for (const [name, waiting] of this.waiting) {
      if (waiting.dueAtMs > nowMs) continue;
      overdue.push(waiting);
      this.waiting.delete(name);
    }
    return overdue;
  }

  forgetAll(): void {
    this.waiting.clear();
  }
}

function nameOf({ sagaId, step, direction }: Pick<SentCommand, 'sagaId' | 'step' | 'direction'>) {
  return `${sagaId}:${step}:${direction}`;
}
