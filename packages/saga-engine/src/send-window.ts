import type { OpenSaga } from './instance.js';

/**
 * Which of those who wait for a queue goes first. `urgent` is what must come to an end: undos, and
 * everything from the pivot on. The other two take turns: sagas started here have somebody waiting
 * for them, those adopted from a dead instance must not wait behind every new one.
 */
export type Lane = 'urgent' | 'started' | 'adopted';

/** The right of one command to be in its queue: it waits, it is out, and it is given back. */
export interface Pass {
  readonly queue: string;
  readonly lane: Lane;
  /** Sends the command: called once, at once or when its turn has come. */
  go(): void;
}

export interface SendWindowSettings {
  /** Commands in one queue that are sent and not answered; more than these wait here. */
  readonly commandsPerQueueMax: number;
  /** So many of these places only urgent commands may take. */
  readonly reservedPerQueue: number;
}

/**
 * Bounds what is in the participants' queues, so that a command is answered before its deadline
 * however many sagas there are: a queue is read in order, and a crowd that is put into it at once
 * would time out there, be asked again, and make the crowd larger.
 */
export class SendWindow {
  private readonly gates = new Map<string, Gate>();

  constructor(private readonly settings: SendWindowSettings) {}

  /** How many commands wait for their turn. */
  get waiting(): number {
    let waiting = 0;
    for (const gate of this.gates.values()) waiting += gate.waiting;
    return waiting;
  }

  isWaiting(pass: Pass): boolean {
    return this.gates.get(pass.queue)?.isWaiting(pass) ?? false;
  }

  enter(pass: Pass): void {
    let gate = this.gates.get(pass.queue);
    if (!gate) this.gates.set(pass.queue, (gate = new Gate(this.settings)));
    gate.enter(pass);
  }

  /** The command was answered, given up, or is not wanted any more. */
  leave(pass: Pass): void {
    this.gates.get(pass.queue)?.leave(pass);
  }

  /** Nobody who waits will go any more. */
  close(): void {
    for (const gate of this.gates.values()) gate.close();
  }
}

class Gate {
  private readonly lanes = {
    urgent: new Set<Pass>(),
    started: new Set<Pass>(),
    adopted: new Set<Pass>(),
  };
  private readonly out = new Set<Pass>();
  private otherOut = 0;
  private turnOf: 'started' | 'adopted' = 'started';

  constructor(private readonly settings: SendWindowSettings) {}

  get waiting(): number {
    const { urgent, started, adopted } = this.lanes;
    return urgent.size + started.size + adopted.size;
  }

  isWaiting(pass: Pass): boolean {
    return this.lanes[pass.lane].has(pass);
  }

  enter(pass: Pass): void {
    this.lanes[pass.lane].add(pass);
    this.flow();
  }

  leave(pass: Pass): void {
    if (this.lanes[pass.lane].delete(pass) || !this.out.delete(pass)) return;
    if (pass.lane !== 'urgent') this.otherOut--;
    this.flow();
  }

  close(): void {
    for (const lane of Object.values(this.lanes)) lane.clear();
  }

  private flow(): void {
    for (let pass = this.next(); pass; pass = this.next()) {
      this.lanes[pass.lane].delete(pass);
      this.out.add(pass);
      if (pass.lane !== 'urgent') this.otherOut++;
      pass.go();
    }
  }

  private next(): Pass | undefined {
    const { commandsPerQueueMax: max, reservedPerQueue } = this.settings;
    if (this.out.size >= max) return undefined;
    const urgent = first(this.lanes.urgent);
    if (urgent || this.otherOut >= max - reservedPerQueue) return urgent;
    const lane = this.turnOf;
    this.turnOf = lane === 'started' ? 'adopted' : 'started';
    return first(this.lanes[lane]) ?? first(this.lanes[this.turnOf]);
  }
}

function first(lane: ReadonlySet<Pass>): Pass | undefined {
  return lane.size === 0 ? undefined : lane.values().next().value;
}

/** The same state, its command sent so much later: what is left of its deadlines is as it was. */
export function postponed(saga: OpenSaga, byMs: number): OpenSaga {
  const { stepDeadlineAtMs: deadlineAtMs, sagaDeadlineAtMs } = saga;
  const stepDeadlineAtMs =
    deadlineAtMs === undefined ? undefined : Math.min(deadlineAtMs + byMs, sagaDeadlineAtMs);
  const wakeAtMs = Math.min(saga.wakeAtMs + byMs, stepDeadlineAtMs ?? Infinity);
  return { ...saga, wakeAtMs, stepDeadlineAtMs };
}
