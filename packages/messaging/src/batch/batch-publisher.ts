import type { BrokerCounters } from '../connection/counters.js';
import { BrokerAway, RouteFull } from '../connection/errors.js';
import { countFitting, encodeBatch } from './batch.js';
import type { Publisher, PublishProperties, PublishResult } from '../publish/publisher.js';
import { within } from '../connection/waiting.js';

/** One packet or one reply that may share a message with others of its route. */
export interface BatchMember {
  queue: string;
  replyTo?: string;
  body: Buffer;
  /** Of the message when it travels alone and plain; within a batch its own id tells it. */
  correlationId?: string;
  /**
   * The broker drops it when nobody has read it for so long. What expires at different times shares
   * no message, or one would be dropped too early or another too late.
   */
  expiresAfterMs?: number | undefined;
  /** Alone it is a plain message; otherwise also a single one is a list, as its reader expects. */
  mayBePlain: boolean;
}

export interface BatchPublisherOptions {
  publisher: Pick<Publisher, 'publish' | 'refusal'>;
  counters: BrokerCounters;
  /** Packets that wait for their batch, of one route and of all; one more is refused. */
  waitingMax?: { ofRoute: number; inAll: number };
  /** A message that has no answer after this long no longer holds up those behind it. */
  laneHeldMs?: number;
}

/** No copy of the packet: one is made for each that is sent, and a spread is dear. */
interface Waiting {
  packet: BatchMember;
  body: Buffer;
  resolve(result: PublishResult): void;
  reject(error: unknown): void;
}

/** Messages to one queue that are to be answered in one queue, and expire after the same time. */
interface Route {
  readonly key: string;
  waiting: Waiting[];
  /** Messages without an answer that those who wait are waiting for. */
  lanesHeld: number;
  /** All messages without an answer. */
  unanswered: number;
  dispatchDue: boolean;
}

/**
 * Messages of a route on their way at once: with one, the next would leave only after a round trip;
 * with many there would be no batches.
 */
const LANES = 2;
/**
 * A route never has as many in health: an orchestrator has 128 commands unanswered in a queue, and so
 * many replies to come from it. All together bound the memory, if a dozen queues are silent.
 */
const WAITING_MAX = { ofRoute: 1_024, inAll: 16_384 };
/**
 * A confirm takes milliseconds. One that is so late may never come (its channel was replaced, or its
 * queue is silent), and what waits would do so until it is given up.
 */
const LANE_HELD_MS = 1_000;

/**
 * What waits while the last messages of its route are unconfirmed travels together. At rest every
 * packet is a message of its own and waits for nothing; batches grow with the load and by nothing
 * else.
 */
export class BatchPublisher {
  private readonly routes = new Map<string, Route>();
  private readonly waitingMax: { readonly ofRoute: number; readonly inAll: number };
  private readonly laneHeldMs: number;
  private waitingCount = 0;
  private idleWaiters: (() => void)[] = [];

  constructor(private readonly options: BatchPublisherOptions) {
    this.waitingMax = options.waitingMax ?? WAITING_MAX;
    this.laneHeldMs = options.laneHeldMs ?? LANE_HELD_MS;
  }

  /**
   * As the publisher's: the answer to the message is the answer to each that travelled in it. Throws
   * RouteFull when too much waits for the same queue.
   */
  publish(packet: BatchMember): Promise<PublishResult> {
    const refusal = this.refusal();
    if (refusal !== undefined) return Promise.reject(new BrokerAway(refusal));
    const route = this.routeOf(packet);
    const { length } = route.waiting;
    if (length >= this.waitingMax.ofRoute) return Promise.reject(new RouteFull(length));
    return new Promise((resolve, reject) => {
      route.waiting.push({ packet, body: packet.body, resolve, reject });
      this.waitingCount += 1;
      this.dispatchSoon(route);
    });
  }

  /** Packets that wait for a message to take them along. */
  get packetsWaiting(): number {
    return this.waitingCount;
  }

  /** Routes with something under way. */
  get busyRoutes(): number {
    return this.routes.size;
  }

  /** Waits until everything was sent and answered. */
  async close(timeoutMs = 5_000): Promise<void> {
    if (this.routes.size === 0) return;
    await within(timeoutMs, new Promise<void>((resolve) => this.idleWaiters.push(resolve)));
  }

  private refusal(): string | undefined {
    if (this.waitingCount < this.waitingMax.inAll) return this.options.publisher.refusal();
    return `${this.waitingCount} packets are waiting for those before them`;
  }

  private routeOf({ queue, replyTo = '', expiresAfterMs = -1 }: BatchMember): Route {
    // The length keeps apart what would read the same.
    const key = `${queue.length}:${expiresAfterMs}:${queue}${replyTo}`;
    let route = this.routes.get(key);
    if (!route) {
      route = { key, waiting: [], lanesHeld: 0, unanswered: 0, dispatchDue: false };
      this.routes.set(key, route);
    }
    return route;
  }

  /** One turn of the event loop gathers what one read of a socket brought about; it is no timer. */
  private dispatchSoon(route: Route): void {
    if (route.dispatchDue || route.lanesHeld >= LANES) return;
    route.dispatchDue = true;
    setImmediate(() => {
      route.dispatchDue = false;
      this.dispatch(route);
    });
  }

  private dispatch(route: Route): void {
    while (route.lanesHeld < LANES && route.waiting.length > 0) {
      const members = route.waiting.splice(0, countFitting(route.waiting));
      this.waitingCount -= members.length;
      const letGo = this.holdLane(route);
      route.unanswered += 1;
      void this.send(members).finally(() => {
        route.unanswered -= 1;
        letGo();
        if (route.waiting.length === 0 && route.unanswered === 0) this.drop(route);
      });
    }
  }

  /** The lane is let go of with the answer, or before it, when that is overdue. */
  private holdLane(route: Route): () => void {
    let isHeld = true;
    route.lanesHeld += 1;
    const letGo = (): void => {
      clearTimeout(overdue);
      if (!isHeld) return;
      isHeld = false;
      route.lanesHeld -= 1;
      if (route.waiting.length > 0) this.dispatchSoon(route);
    };
    const overdue = setTimeout(letGo, this.laneHeldMs);
    overdue.unref();
    return letGo;
  }

  /** Reply queues come and go: nothing is kept of one to which nothing is under way. */
  private drop(route: Route): void {
    this.routes.delete(route.key);
    if (this.routes.size === 0) for (const wake of this.idleWaiters.splice(0)) wake();
  }

  private async send(members: readonly Waiting[]): Promise<void> {
    try {
      const result = await this.publishTogether(members);
      for (const member of members) member.resolve(result);
    } catch (error) {
      for (const member of members) member.reject(error);
    }
  }

  private async publishTogether(members: readonly Waiting[]): Promise<PublishResult> {
    const { publisher, counters } = this.options;
    const [{ packet }] = members as [Waiting];
    const { queue, replyTo, correlationId, body, mayBePlain, expiresAfterMs } = packet;
    const properties: PublishProperties = {
      contentType: 'application/json',
      ...(replyTo !== undefined && { replyTo }),
      ...(expiresAfterMs !== undefined && { expiration: expiresAfterMs }),
    };
    if (members.length === 1 && mayBePlain) {
      if (correlationId !== undefined) properties.correlationId = correlationId;
      return publisher.publish(queue, body, properties);
    }
    const batch = encodeBatch(members.map((each) => each.body));
    const result = await publisher.publish(queue, batch, properties);
    counters.batchesPublished += 1;
    counters.packetsBatched += members.length;
    return result;
  }
}
