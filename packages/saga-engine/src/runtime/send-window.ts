import type { SendWindowSettings } from '../core/settings.js';

/**
 * Which commands go first among those that wait for a queue. Sagas that must come to an end go
 * before the others: undos, and forward commands from the pivot on; these two take turns. So do the
 * other two: a caller waits for a saga that was started here, and sagas that were taken over from
 * another instance must not wait behind every new one.
 */
export type SendPriority = 'undo' | 'pivot' | 'started' | 'adopted';

/**
 * The permit of one command to be in its queue. It waits or is granted, until it is returned. No
 * other object has this state.
 */
export class SendPermit {
  private state: 'new' | 'held back' | 'out' = 'new';

  constructor(
    readonly queue: string,
    readonly priority: SendPriority,
    /** Since when it may be held back, by the monotonic clock. */
    public sinceMs: number,
    /** Sends the command: called once, at once or when its turn has come. */
    private readonly send: (wasHeldBack: boolean) => void,
  ) {}

  get isHeldBack(): boolean {
    return this.state === 'held back';
  }

  holdBack(): void {
    this.state = 'held back';
  }

  go(): void {
    const wasHeldBack = this.isHeldBack;
    this.state = 'out';
    this.send(wasHeldBack);
  }
}

/**
 * Bounds how many commands are in the participants' queues, so that a command is answered before
 * its deadline, however many sagas there are. A queue is read in order. Commands beyond what a
 * participant can serve in time would time out there, be sent again, and make the queue longer.
 */
export class SendWindow {
  private readonly windows = new Map<string, QueueWindow>();

  constructor(private readonly settings: SendWindowSettings) {}

  /** How many commands wait for their turn. */
  get waiting(): number {
    let waiting = 0;
    for (const window of this.windows.values()) waiting += window.waiting;
    return waiting;
  }

  enter(permit: SendPermit): void {
    let window = this.windows.get(permit.queue);
    if (!window) this.windows.set(permit.queue, (window = new QueueWindow(this.settings)));
    window.enter(permit);
  }

  /** The command was answered, timed out, or is no longer awaited. */
  leave(permit: SendPermit): void {
    this.windows.get(permit.queue)?.leave(permit);
  }

  /** Waiting commands are never sent. */
  close(): void {
    for (const window of this.windows.values()) window.close();
  }
}

/** Two priorities that take turns, and how many of their commands are out. */
class Group {
  out = 0;
  private nextTurn = 0;

  constructor(private readonly byPriority: readonly [Set<SendPermit>, Set<SendPermit>]) {}

  /** The permit whose turn it is. */
  take(): SendPermit | undefined {
    const [its, others] = [this.byPriority[this.nextTurn]!, this.byPriority[1 - this.nextTurn]!];
    const priority = its.size > 0 ? its : others;
    if (priority.size === 0) return undefined;
    this.nextTurn = 1 - this.nextTurn;
    const permit = priority.values().next().value!;
    priority.delete(permit);
    this.out++;
    return permit;
  }
}

class QueueWindow {
  private readonly byPriority = {
    undo: new Set<SendPermit>(),
    pivot: new Set<SendPermit>(),
    started: new Set<SendPermit>(),
    adopted: new Set<SendPermit>(),
  };
  private readonly urgent = new Group([this.byPriority.undo, this.byPriority.pivot]);
  private readonly other = new Group([this.byPriority.started, this.byPriority.adopted]);
  private readonly out = new Set<SendPermit>();
  private readonly max: number;
  /** Each group leaves places for the other, however few of its commands are answered. */
  private readonly maxOfGroup: number;

  constructor({ commandsPerQueueMax, reservedPerQueue }: SendWindowSettings) {
    this.max = commandsPerQueueMax;
    this.maxOfGroup = this.max - Math.min(reservedPerQueue, Math.floor(this.max / 2));
  }

  get waiting(): number {
    let waiting = 0;
    for (const priority of Object.values(this.byPriority)) waiting += priority.size;
    return waiting;
  }

  enter(permit: SendPermit): void {
    const priority = this.byPriority[permit.priority];
    priority.add(permit);
    this.flow();
    if (priority.has(permit)) permit.holdBack();
  }

  leave(permit: SendPermit): void {
    if (this.byPriority[permit.priority].delete(permit) || !this.out.delete(permit)) return;
    this.groupOf(permit).out--;
    this.flow();
  }

  close(): void {
    for (const priority of Object.values(this.byPriority)) priority.clear();
  }

  private groupOf({ priority }: SendPermit): Group {
    return priority === 'undo' || priority === 'pivot' ? this.urgent : this.other;
  }

  private flow(): void {
    for (let permit = this.next(); permit; permit = this.next()) {
      this.out.add(permit);
      permit.go();
    }
  }

  private next(): SendPermit | undefined {
    const { urgent, other, maxOfGroup } = this;
    if (this.out.size >= this.max) return undefined;
    const first = urgent.out < maxOfGroup ? urgent.take() : undefined;
    return first ?? (other.out < maxOfGroup ? other.take() : undefined);
  }
}
