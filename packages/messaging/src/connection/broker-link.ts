import type { Writable } from 'node:stream';
import { connect, type AmqpConnectionManager } from 'amqp-connection-manager';
import type { ChannelModel } from 'amqplib';
import { backoffMs, within } from './waiting.js';
import type { BrokerCounters } from './counters.js';
import { gatherWrites } from './gather-writes.js';
import type { BrokerLogger } from './logger.js';

export interface BrokerLinkOptions {
  urls: readonly string[];
  /** The name of the connection in the broker's management UI. */
  name: string;
  logger: BrokerLogger;
  counters: BrokerCounters;
}

const HEARTBEAT_SECONDS = 10;
const CONNECT_TIMEOUT_MS = 10_000;
const CLOSE_TIMEOUT_MS = 3_000;

/** One connection, which reconnects for ever, over all addresses in turn. It has no channels. */
export class BrokerLink {
  current: ChannelModel | undefined;
  /** Why the broker accepts no messages on this connection now (memory or disk alarm). */
  blocked: string | undefined;
  why: string | undefined = 'not connected yet';
  private manager: AmqpConnectionManager | undefined;
  private failures = 0;
  private readonly listeners: ((connection: ChannelModel) => void)[] = [];
  private readonly unblockedListeners: (() => void)[] = [];

  constructor(private readonly options: BrokerLinkOptions) {}

  /** Connects in the background and returns at once. */
  connect(): void {
    if (this.manager) return;
    const manager = connect([...this.options.urls], {
      heartbeatIntervalInSeconds: HEARTBEAT_SECONDS,
      connectionOptions: {
        // Without it every round trip of an idle system waits 40 ms for a delayed ACK.
        noDelay: true,
        keepAlive: true,
        timeout: CONNECT_TIMEOUT_MS,
        clientProperties: { connection_name: this.options.name },
      },
    });
    this.manager = manager;
    manager.on('connect', ({ connection }) => this.up(connection as unknown as ChannelModel));
    manager.on('connectFailed', ({ err }) => this.retryAfter(err));
    manager.on('disconnect', ({ err }) => this.down(err));
    manager.on('blocked', ({ reason }) => {
      this.blocked = reason;
      this.options.logger.warn(
        { connection: this.options.name, reason },
        'the broker blocks this connection',
      );
    });
    manager.on('unblocked', () => {
      this.blocked = undefined;
      this.options.logger.info(
        { connection: this.options.name },
        'the broker unblocked this connection',
      );
      for (const listener of this.unblockedListeners) listener();
    });
  }

  /** Calls the listener with every connection, also with the current one. */
  onUp(listener: (connection: ChannelModel) => void): void {
    this.listeners.push(listener);
    if (this.current) listener(this.current);
  }

  /** Calls the listener whenever the broker accepts messages on this connection again. */
  onUnblocked(listener: () => void): void {
    this.unblockedListeners.push(listener);
  }

  async close(): Promise<void> {
    const manager = this.manager;
    if (!manager) return;
    this.why = 'closed';
    // A broker that does not answer must not delay the end of the program.
    await within(CLOSE_TIMEOUT_MS, manager.close()).catch(() => undefined);
    this.current = undefined;
  }

  private up(connection: ChannelModel): void {
    const { logger, name } = this.options;
    logger.info({ connection: name, failures: this.failures }, 'connected to the broker');
    gatherWrites((connection.connection as unknown as { stream: Writable }).stream);
    this.failures = 0;
    this.why = undefined;
    this.blocked = undefined;
    this.current = connection;
    for (const listener of this.listeners) listener(connection);
  }

  private down(error: Error | undefined): void {
    this.current = undefined;
    this.blocked = undefined;
    this.options.counters.connectionsLost += 1;
    this.retryAfter(error);
  }

  /** The library reads the wait directly after this event, so the next wait is set here. */
  private retryAfter(error: Error | undefined): void {
    this.failures += 1;
    this.why = error?.message || 'the connection was closed';
    const waitMs = backoffMs(this.failures);
    if (this.manager) this.manager.reconnectTimeInSeconds = waitMs / 1_000;
    if (this.failures === 1 || this.failures % 20 === 0) {
      const { logger, name } = this.options;
      const fields = { connection: name, failures: this.failures, why: this.why };
      logger.warn(fields, 'no connection to the broker; trying again');
    }
  }
}
