import type { BrokerCounters } from '../connection/counters.js';
import { BrokerUnavailable, RouteFull } from '../connection/errors.js';
import { countFitting, encodeBatch } from './batch.js';
import type { Publisher, PublishProperties, PublishResult } from '../publish/publisher.js';
import { within } from '../connection/waiting.js';

/** One command or reply that may share a message with others of its route. */
export interface BatchMember {
  queue: string;
  replyTo?: string;
  body: Buffer;
  /** The correlation id of a single message. In a batch, the id in the body identifies it. */
  correlationId?: string;
  /**
   * The broker drops the message when it is not read within this time. Members with different
   * expiry share no message, because one would be dropped too early or too late.
   */
  expiresAfterMs?: number | undefined;
  /**
   * True: a single member is a plain message. False: a single member is also an array, because its
   * reader expects one.
   */
  mayBePlain: boolean;
}

export interface BatchPublisherOptions {
  publisher: Pick<Publisher, 'publish' | 'refusal'>;
  counters: BrokerCounters;
  /** The maximum number of waiting members, of one route and of all; more are refused. */
  waitingMax?: { ofRoute: number; inAll: number };
  /** After this time without a confirm, a message no longer counts as in flight. */
  confirmOverdueMs?: number;
}

/** It refers to the member instead of copying it: an object spread for each would be slow. */
interface Waiting {
  packet: BatchMember;
  body: Buffer;
  resolve(result: PublishResult): void;
  reject(error: unknown): void;
}

/** Messages with the same queue, reply queue and expiry. */
interface Route {
  readonly key: string;
  waiting: Waiting[];
  /** Messages without a confirm that delay the next message. */
  inFlight: number;
  /** All messages without a confirm. */
  unanswered: number;
  dispatchDue: boolean;
}

/**
 * The maximum number of messages in flight for a route. With one, the next would be sent only after
 * a round trip. With many, there would be no batches.
 */
const IN_FLIGHT_MAX = 2;
/**
 * A healthy route never reaches this: an orchestrator has at most 128 unanswered commands in a
 * queue, and as many replies to come. The total bounds the memory if many queues are silent.
 */
const WAITING_MAX = { ofRoute: 1_024, inAll: 16_384 };
/**
 * A confirm takes milliseconds. A later one may never come (its channel was replaced, or its queue
 * is silent), so waiting members are sent without it.
 */
const CONFIRM_OVERDUE_MS = 1_000;

/**
 * Publishes members of a route that wait for a confirm together in one message. At low load, every
 * member is a message of its own and waits for nothing. Batches grow only with the load.
 */
export class BatchPublisher {
  private readonly routes = new Map<string, Route>();
  private readonly waitingMax: { readonly ofRoute: number; readonly inAll: number };
  private readonly confirmOverdueMs: number;
  private waitingCount = 0;
  private idleWaiters: (() => void)[] = [];

  constructor(private readonly options: BatchPublisherOptions) {
    this.waitingMax = options.waitingMax ?? WAITING_MAX;
    this.confirmOverdueMs = options.confirmOverdueMs ?? CONFIRM_OVERDUE_MS;
  }

  /**
   * Like Publisher.publish. The result of the message is the result of each member in it. Throws
   * RouteFull when too many members wait for the same queue.
   */
  publish(packet: BatchMember): Promise<PublishResult> {
    const refusal = this.refusal();
    if (refusal !== undefined) return Promise.reject(new BrokerUnavailable(refusal));
    const route = this.routeOf(packet);
    const { length } = route.waiting;
    if (length >= this.waitingMax.ofRoute) return Promise.reject(new RouteFull(length));
    return new Promise((resolve, reject) => {
      route.waiting.push({ packet, body: packet.body, resolve, reject });
      this.waitingCount += 1;
      this.dispatchSoon(route);
    });
  }

  /** Members that wait for the next message. */
  get packetsWaiting(): number {
    return this.waitingCount;
  }

  /** Routes with waiting or unconfirmed members. */
  get busyRoutes(): number {
    return this.routes.size;
  }

  /** Waits until all members were sent and confirmed. */
  async close(timeoutMs = 5_000): Promise<void> {
    if (this.routes.size === 0) return;
    await within(timeoutMs, new Promise<void>((resolve) => this.idleWaiters.push(resolve)));
  }

  private refusal(): string | undefined {
    if (this.waitingCount < this.waitingMax.inAll) return this.options.publisher.refusal();
    return `${this.waitingCount} commands already wait`;
  }

  private routeOf({ queue, replyTo = '', expiresAfterMs = -1 }: BatchMember): Route {
    // The length makes the key unambiguous.
    const key = `${queue.length}:${expiresAfterMs}:${queue}${replyTo}`;
    let route = this.routes.get(key);
    if (!route) {
      route = { key, waiting: [], inFlight: 0, unanswered: 0, dispatchDue: false };
      this.routes.set(key, route);
    }
    return route;
  }

  /**
   * One turn of the event loop collects the members that one read of a socket causes; it is not a
   * timer.
   */
  private dispatchSoon(route: Route): void {
    if (route.dispatchDue || route.inFlight >= IN_FLIGHT_MAX) return;
    route.dispatchDue = true;
    setImmediate(() => {
      route.dispatchDue = false;
      this.dispatch(route);
    });
  }

  private dispatch(route: Route): void {
    while (route.inFlight < IN_FLIGHT_MAX && route.waiting.length > 0) {
      const members = route.waiting.splice(0, countFitting(route.waiting));
      this.waitingCount -= members.length;
      const release = this.countInFlight(route);
      route.unanswered += 1;
      void this.send(members).finally(() => {
        route.unanswered -= 1;
        release();
        if (route.waiting.length === 0 && route.unanswered === 0) this.drop(route);
      });
    }
  }

  /** Counts a message as in flight. The returned function ends that; so does an overdue confirm. */
  private countInFlight(route: Route): () => void {
    let isCounted = true;
    route.inFlight += 1;
    const release = (): void => {
      clearTimeout(overdue);
      if (!isCounted) return;
      isCounted = false;
      route.inFlight -= 1;
      if (route.waiting.length > 0) this.dispatchSoon(route);
    };
    const overdue = setTimeout(release, this.confirmOverdueMs);
    overdue.unref();
    return release;
  }

  /** Reply queues are temporary, so an idle route keeps no state. */
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
