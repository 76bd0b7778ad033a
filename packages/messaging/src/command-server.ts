import type { CommandPacket } from '@backstitch/shared-types';
import type { Broker } from './broker.js';
import { Consumer, type ConsumerStatus } from './consumer.js';
import { declareQueues } from './declare.js';
import type { Delivery } from './delivery.js';
import { isSettled, splitFrame } from './frame-split.js';
import { IntakePause, type PauseOn } from './intake-pause.js';
import { PacketDesk } from './packet-desk.js';
import { PacketGate } from './packet-gate.js';
import { commandQueueDeclarations } from './topology.js';
import { type Parcel, unpack } from './unpack.js';

export interface CommandServerOptions {
  broker: Broker;
  queue: string;
  /** Packets served at once [100], whether they come by themselves or in frames. */
  prefetch?: number;
  /** Deliveries in hand at once, frames or single packets [32, or `prefetch` when that is less]. */
  deliveriesMax?: number;
  /** A command that takes longer is answered with the fault HANDLER_DEADLINE. */
  handlerDeadlineMs?: number;
  pauseOn?: PauseOn;
}

export interface CommandHandlers {
  handlerOf(packet: CommandPacket): (() => Promise<unknown>) | undefined;
}

const PREFETCH = 100;
/** Each may be a frame: with many, one instance would hoard what another could serve. */
const DELIVERIES_MAX = 32;
const HANDLER_DEADLINE_MS = 10_000;

/** Serves one command queue: what is delivered goes over the packet desk, then it is acknowledged. */
export class CommandServer {
  private readonly consumer: Consumer;
  private readonly intake: IntakePause;
  private readonly desk: PacketDesk;
  private readonly gate: PacketGate;

  constructor(
    private readonly options: CommandServerOptions,
    handlers: CommandHandlers,
  ) {
    const { broker, queue, prefetch = PREFETCH } = options;
    const deliveriesMax = options.deliveriesMax ?? Math.min(prefetch, DELIVERIES_MAX);
    const declarations = commandQueueDeclarations(queue, broker.queueType);
    this.consumer = new Consumer({
      name: queue,
      link: broker.consumeLink,
      logger: broker.logger,
      prefetch: deliveriesMax,
      queue: async (connection) => {
        await declareQueues(connection, declarations, broker.logger);
        return queue;
      },
      onDelivery: (delivery) => void this.take(delivery),
    });
    this.intake = new IntakePause(options.pauseOn, this.consumer, broker.logger);
    this.gate = new PacketGate(prefetch);
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
      const settled = await this.settle(delivery);
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

  /** Whether every packet of it may be forgotten: then, and only then, the whole is acknowledged. */
  private async settle(delivery: Delivery): Promise<boolean> {
    const parcels = unpack(delivery);
    const [{ isFramed }] = parcels;
    if (isFramed && delivery.isRedelivered) {
      const { broker, queue } = this.options;
      return splitFrame(parcels, { broker, queue, desk: this.desk });
    }
    const ends = await Promise.allSettled(parcels.map((parcel) => this.serveInTurn(parcel)));
    return ends.every(isSettled);
  }

  private serveInTurn(parcel: Parcel): Promise<boolean> {
    // What was taken from us while it waited for its turn comes again: to us or to another.
    return this.gate.pass(async () => parcel.isOurs() && this.desk.serve(parcel));
  }
}
