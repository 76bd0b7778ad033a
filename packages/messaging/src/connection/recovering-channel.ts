import type { Channel, ChannelModel } from 'amqplib';
import { backoffMs } from './waiting.js';
import type { BrokerLink } from './broker-link.js';
import type { BrokerLogger } from './logger.js';

/** The use of a channel. */
export interface ChannelRole<C extends Channel> {
  name: string;
  open(connection: ChannelModel): Promise<C>;
  /** Starts the use. When this throws, the channel is closed and another one is opened later. */
  use(channel: C, connection: ChannelModel): Promise<void>;
  /** Called once for every channel whose use has started. */
  lost(channel: C, why: string): void;
}

const STABLE_AFTER_MS = 5_000;
/** A replaced channel stays open for its outstanding confirms; later ones count as lost. */
const CLOSE_REPLACED_AFTER_MS = 30_000;

/**
 * A channel that is opened again: on every new connection, and when the broker closed it while its
 * connection was open. A delivery of one channel is never acknowledged on the next.
 */
export class RecoveringChannel<C extends Channel> {
  private channel: C | undefined;
  private closed = false;
  private failures = 0;
  private openedAtMs = 0;
  private retry: NodeJS.Timeout | undefined;
  private readonly replaced = new WeakSet<C>();

  constructor(
    private readonly link: BrokerLink,
    private readonly role: ChannelRole<C>,
    private readonly logger: BrokerLogger,
  ) {}

  start(): void {
    this.link.onUp((connection) => void this.open(connection));
  }

  /**
   * Replaces a channel that is open but does not work. Another one is opened, and this one is
   * closed later.
   */
  replace(channel: C, why: string): void {
    const connection = this.link.current;
    if (!connection || this.channel !== channel || this.replaced.has(channel)) return;
    this.replaced.add(channel);
    setTimeout(() => void closeQuietly(channel), CLOSE_REPLACED_AFTER_MS).unref();
    this.resetFailures();
    this.reopenLater(connection, why);
  }

  /**
   * Waits for the broker's answer to the close, so the broker has read all earlier
   * acknowledgements.
   */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.retry);
    const { channel } = this;
    if (channel) await closeQuietly(channel);
  }

  private async open(connection: ChannelModel): Promise<void> {
    if (this.closed || this.link.current !== connection) return;
    let channel: C;
    try {
      channel = await this.role.open(connection);
    } catch (error) {
      this.reopenLater(connection, messageOf(error));
      return;
    }
    let why = 'the connection was lost';
    // Without a listener, an error of the channel would close the whole connection.
    channel.on('error', (error) => {
      why = error.message;
    });
    channel.on('handler-error', (error) => {
      this.logger.error({ channel: this.role.name, err: error }, 'a channel listener threw');
    });
    channel.on('close', () => {
      if (this.channel === channel) this.channel = undefined;
      this.role.lost(channel, why);
      if (this.replaced.has(channel)) return;
      this.resetFailures();
      this.reopenLater(connection, why);
    });
    if (this.closed) {
      await closeQuietly(channel);
      return;
    }
    this.channel = channel;
    this.openedAtMs = performance.now();
    try {
      await this.role.use(channel, connection);
    } catch (error) {
      why = messageOf(error);
      await closeQuietly(channel);
    }
  }

  private resetFailures(): void {
    if (performance.now() - this.openedAtMs > STABLE_AFTER_MS) this.failures = 0;
  }

  private reopenLater(connection: ChannelModel, why: string): void {
    // A new connection opens its own channel.
    if (this.closed || this.link.current !== connection) return;
    this.failures += 1;
    this.logger.warn({ channel: this.role.name, why }, 'channel lost; opening another');
    clearTimeout(this.retry);
    this.retry = setTimeout(() => void this.open(connection), backoffMs(this.failures));
    this.retry.unref();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function closeQuietly(channel: Channel): Promise<void> {
  try {
    await channel.close();
  } catch {
    // It was closed already.
  }
}
