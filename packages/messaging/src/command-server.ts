import type { CommandPacket } from '@backstitch/shared-types';
import type { Broker } from './broker.js';
import { Consumer, type ConsumerStatus } from './consumer.js';
import { declareQueues } from './declare.js';
import type { Delivery } from './delivery.js';
import { IntakePause, type PauseOn } from './intake-pause.js';
import { readPacket } from './packet.js';
import { PacketDesk } from './packet-desk.js';
import { commandQueueDeclarations } from './topology.js';

export interface CommandServerOptions {
  broker: Broker;
  queue: string;
  /** Messages in hand at once. */
  prefetch?: number;
  /** A command that takes longer is answered with the fault HANDLER_DEADLINE. */
  handlerDeadlineMs?: number;
  pauseOn?: PauseOn;
}

export interface CommandHandlers {
  handlerOf(packet: CommandPacket): (() => Promise<unknown>) | undefined;
}

const PREFETCH = 100;
const HANDLER_DEADLINE_MS = 10_000;

/** Serves one command queue: what is delivered goes over the packet desk, then it is acknowledged. */
export class CommandServer {
  private readonly consumer: Consumer;
  private readonly intake: IntakePause;
  private readonly desk: PacketDesk;

  constructor(
    private readonly options: CommandServerOptions,
    handlers: CommandHandlers,
  ) {
    const { broker, queue, prefetch = PREFETCH } = options;
    const declarations = commandQueueDeclarations(queue, broker.queueType);
    this.consumer = new Consumer({
      name: queue,
      link: broker.consumeLink,
      logger: broker.logger,
      prefetch,
      queue: async (connection) => {
        await declareQueues(connection, declarations, broker.logger);
        return queue;
      },
      onDelivery: (delivery) => void this.take(delivery),
    });
    this.intake = new IntakePause(options.pauseOn, this.consumer, broker.logger);
    this.desk = new PacketDesk({
      broker,
      queue,
      handlerDeadlineMs: options.handlerDeadlineMs ?? HANDLER_DEADLINE_MS,
      overdueMax: prefetch,
      intake: this.intake,
      handlerOf: (packet) => handlers.handlerOf(packet),
    });
  }

  start(): void {
    this.consumer.start();
  }

  status(): ConsumerStatus {
    return this.consumer.status();
  }

  /** Takes no more, finishes what is in hand, acknowledges it, and lets go of the queue. */
  async close(timeoutMs: number): Promise<void> {
    this.intake.stop();
    await this.consumer.drain(timeoutMs);
  }

  private async take(delivery: Delivery): Promise<void> {
    const { broker, queue } = this.options;
    try {
      if (broker.reached) await broker.reached('participant.on-arrival');
      const settled = await this.desk.serve({
        read: readPacket(delivery.body),
        body: delivery.body,
        properties: delivery.properties,
        isOurs: () => delivery.isOurs,
      });
      if (!settled) return delivery.abandon();
      if (broker.reached) await broker.reached('participant.after-reply-before-ack');
      delivery.ack();
    } catch (error) {
      // Left unacknowledged: the broker delivers it again when this channel ends.
      broker.counters.bugs += 1;
      broker.logger.error({ queue, err: error }, 'a delivery could not be settled');
      delivery.abandon();
    }
  }
}
