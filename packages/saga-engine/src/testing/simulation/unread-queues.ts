import type { OutgoingCommand } from '../../runtime/ports.js';
import type { World } from './world.js';

interface Unread {
  readonly by: string;
  readonly untilMs: number;
}

/** A command that was sent again, or whose permit was returned, may be there twice for a moment. */
const TOLERATED = 4;

/**
 * The messages in queues without a reader: they expire there, and their number must stay bounded.
 */
export class UnreadQueues {
  private readonly queues = new Map<string, Unread[]>();

  constructor(
    private readonly world: World,
    private readonly commandsPerQueueMax: number,
  ) {}

  /** When the command is read; undefined when it expires before. */
  put(command: OutgoingCommand, by: string): number | undefined {
    const { nowMs, unreadUntilMs, hangsUntilMs } = this.world;
    const { queue, replyTimeoutMs } = command;
    const readAtMs = Math.max(unreadUntilMs.get(queue) ?? nowMs, nowMs);
    // What a participant took and does not do is out of its queue: it does not expire any more.
    if (readAtMs === nowMs) return hangsUntilMs.get(queue) ?? nowMs;
    const expiresAtMs = nowMs + replyTimeoutMs;
    this.note(queue, { by, untilMs: Math.min(readAtMs, expiresAtMs) });
    return expiresAtMs < readAtMs ? undefined : readAtMs;
  }

  private note(queue: string, one: Unread): void {
    const lying = (this.queues.get(queue) ?? []).filter(
      ({ untilMs }) => untilMs > this.world.nowMs,
    );
    lying.push(one);
    this.queues.set(queue, lying);
    const count = lying.filter(({ by }) => by === one.by).length;
    if (count <= TOLERATED * this.commandsPerQueueMax) return;
    this.world.breach(`${count} commands of ${one.by} are unread in ${queue}`);
  }
}
