import { setTimeout as pause } from 'node:timers/promises';
import { type ConfirmChannel, connect, type ConsumeMessage } from 'amqplib';
import { type Participant, PARTICIPANTS } from '@backstitch/tools';
import type { Site } from '../site/site.js';
import type { Fault } from './fault.js';
import { cutOff, hurtFor, letIn } from './work.js';

/** Longer than a step may take (20 s): sagas that wait for it come to undo it. */
const UNDO_WITHIN_MS = 45_000;
const UNDOS = 3;
const LOOK_EVERY_MS = 100;
/** The undos are served meanwhile. */
const BETWEEN_MS = 2_000;

/**
 * A service is cut off until its commands are given up and undone, and then finds the undos in its
 * queue first and, when they are served, the commands that they undo.
 */
function commandsAfterTheirUndo({ name: app, commandQueue }: Participant): Fault {
  return {
    name: `late-commands-${app}`,
    title: `${app} away past its steps' deadline; the undos come first, what they undo later`,
    seconds: 45,
    async inject(site) {
      const held = await Held.of(site, commandQueue);
      try {
        cutOff(site.of(app));
        await held.fill();
        letIn(site.of(app));
        await Promise.all(site.of(app).map((instance) => instance.untilReady()));
        const undos = held.letGo('undo');
        await hurtFor(site, BETWEEN_MS);
        const late = held.letGo('do');
        const inFlight = Math.min(undos, late);
        return { what: `${late} commands came after ${undos} undos`, inFlight };
      } finally {
        letIn(site.of(app));
        await held.close();
      }
    },
  };
}

type Direction = 'do' | 'undo';

/** Every message of a queue without other consumers, kept unacknowledged. The broker keeps it too. */
class Held {
  private readonly messages: Record<Direction, ConsumeMessage[]> = { do: [], undo: [] };

  private constructor(
    private readonly site: Site,
    private readonly queue: string,
    private readonly channel: ConfirmChannel,
    /** Also gives back to the queue what is still held. */
    readonly close: () => Promise<void>,
  ) {}

  static async of(site: Site, queue: string): Promise<Held> {
    const connection = await connect(site.broker.url, { noDelay: true });
    connection.on('error', () => undefined);
    const channel = await connection.createConfirmChannel();
    channel.on('error', () => undefined);
    return new Held(site, queue, channel, () => connection.close());
  }

  /** Holds what comes until there are undos of several sagas whose commands are held as well. */
  async fill(): Promise<void> {
    const { consumerTag } = await this.channel.consume(this.queue, (message) => {
      if (message) this.keep(message);
    });
    const untilMs = performance.now() + UNDO_WITHIN_MS;
    while (this.messages.undo.length < UNDOS && performance.now() < untilMs) {
      if (this.site.stopping.aborted) break;
      await pause(LOOK_EVERY_MS);
    }
    await this.channel.cancel(consumerTag);
  }

  private keep(message: ConsumeMessage): void {
    const packets: unknown = JSON.parse(String(message.content));
    if (Array.isArray(packets)) this.takeApart(message, packets as Packet[]);
    else this.messages[directionOf(packets as Packet)].push(message);
  }

  /** A batch may hold commands of both directions: its packets come to us again, each by itself. */
  private takeApart(batch: ConsumeMessage, packets: readonly Packet[]): void {
    const { contentType, replyTo } = batch.properties as { contentType: string; replyTo: string };
    for (const packet of packets) {
      const single = { contentType, replyTo, correlationId: packet.id, persistent: true };
      this.channel.sendToQueue(this.queue, Buffer.from(JSON.stringify(packet)), single);
    }
    // When the confirms do not come, the broker delivers the batch again.
    const acknowledge = (): void => this.channel.ack(batch);
    this.channel.waitForConfirms().then(acknowledge, () => undefined);
  }

  /** Puts them back where they were, and says how many. */
  letGo(direction: Direction): number {
    const messages = this.messages[direction].splice(0);
    for (const message of messages) this.channel.nack(message);
    return messages.length;
  }
}

interface Packet {
  id: string;
  saga?: { direction?: Direction };
}

function directionOf({ saga }: Packet): Direction {
  return saga?.direction ?? 'do';
}

export const LATE_FAULTS: readonly Fault[] = PARTICIPANTS.map(commandsAfterTheirUndo);
