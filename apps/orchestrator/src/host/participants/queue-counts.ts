import type { QueueCount, QueueInspector } from '@backstitch/messaging';
import { exposeLabelledGauge } from '@backstitch/service-kit';
import { deadLetterQueueOf } from '@backstitch/shared-types';

/** The result of the last read is shown for so long; after it, nothing is known. */
const KNOWN_MS = 5_000;

/** The queues that are read every second: command queues and, for metrics, dead-letter queues. */
export function watchedQueues(commandQueues: readonly string[]): string[] {
  return [...commandQueues, ...commandQueues.map(deadLetterQueueOf)];
}

/** Keeps the result of the last read of the queues, for /metrics. */
export class QueueCounts {
  private counts: ReadonlyMap<string, QueueCount> = new Map();
  private lookedAtMs = -Infinity;
  /** The dead letters in the database, by queue; undefined while they are not known. */
  openDeadLetters: () => Readonly<Record<string, number>> | undefined = () => ({});

  constructor(
    private readonly queueInspector: Pick<QueueInspector, 'read' | 'queues'>,
    private readonly commandQueues: readonly string[],
  ) {}

  /** Registers its metrics; call it once in a process. */
  expose(): this {
    const gauge = (name: string, help: string, read: (queue: string) => number | undefined) =>
      exposeLabelledGauge(`backstitch_${name}`, help, 'queue', () => this.told(read));
    const messages = (queue: string) => this.counts.get(queue)?.messages;
    gauge('queue_messages', 'Ready messages of a command queue, not yet delivered', messages);
    gauge('queue_consumers', 'Consumers of a command queue, of all processes', (queue) => {
      return this.counts.get(queue)?.consumers ?? 0;
    });
    gauge(
      'dead_letters',
      'Dead letters of a command queue, in the database or still in its dead-letter queue',
      (queue) => this.deadLetters(queue),
    );
    return this;
  }

  /** What is known of a queue now; null for what is not. */
  view(queue: string): { ready: number | null; consumers: number | null; dead: number | null } {
    const dead = this.openDeadLetters() ? (this.deadLetters(queue) ?? 0) : null;
    if (!this.isKnown) return { ready: null, consumers: null, dead };
    const counts = this.counts.get(queue);
    return { ready: counts?.messages ?? 0, consumers: counts?.consumers ?? 0, dead };
  }

  private get isKnown(): boolean {
    return performance.now() - this.lookedAtMs <= KNOWN_MS;
  }

  private deadLetters(queue: string): number | undefined {
    const stored = this.openDeadLetters();
    if (!stored) return undefined;
    const inQueue = this.counts.get(deadLetterQueueOf(queue))?.messages;
    if (inQueue === undefined) return stored[queue];
    return inQueue + (stored[queue] ?? 0);
  }

  /** Reads how many consumers each of these queues has. Rejects when the read fails. */
  async consumersOf(queues: readonly string[]): Promise<number[]> {
    const counts = await this.queueInspector.read();
    const known = this.queueInspector.queues.flatMap((queue, at): [string, QueueCount][] => {
      const count = counts[at];
      return count ? [[queue, count]] : [];
    });
    this.counts = new Map(known);
    this.lookedAtMs = performance.now();
    return queues.map((queue) => this.counts.get(queue)?.consumers ?? 0);
  }

  private told(read: (queue: string) => number | undefined): Record<string, number> | undefined {
    if (!this.isKnown) return undefined;
    const told: Record<string, number> = {};
    for (const queue of this.commandQueues) {
      const value = read(queue);
      if (value !== undefined) told[queue] = value;
    }
    return told;
  }
}
