import type { Channel, ChannelModel } from 'amqplib';
import { backoffMs } from './waiting.js';
import type { BrokerLink } from './broker-link.js';
import type { BrokerLogger } from './logger.js';

/** What a channel is opened for. */
export interface ChannelRole<C extends Channel> {
  name: string;
  open(connection: ChannelModel): Promise<C>;
  /** Puts it to use; when this throws, the channel is closed and another one opened later. */
  use(channel: C, connection: ChannelModel): Promise<void>;
  /** Told once for every channel that was put to use. */
  lost(channel: C, why: string): void;
}

const SETTLED_AFTER_MS = 5_000;
/** A replaced channel is left open for the answers it owes; whoever waits longer has given them up. */
const REPLACED_LIVES_MS = 30_000;

/**
 * A channel that is opened again: on every new connection, and when the broker closed it while
 * its connection lived on. What was delivered on one channel is never acknowledged on the next.
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

  /** For a channel that is open and of no use: another is put to use, and this one closed later. */
  replace(channel: C, why: string): void {
    const connection = this.link.current;
    if (!connection || this.channel !== channel || this.replaced.has(channel)) return;
    this.replaced.add(channel);
    setTimeout(() => void closeQuietly(channel), REPLACED_LIVES_MS).unref();
    this.forgiveFailures();
    this.openLater(connection, why);
  }

  /** Closes with the broker's answer, so what was written before (acks) has been read by it. */
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
      this.openLater(connection, messageOf(error));
      return;
    }
    let why = 'the connection was lost';
    // Without a listener an error of the channel would take the whole connection down.
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
      this.forgiveFailures();
      this.openLater(connection, why);
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

  private forgiveFailures(): void {
    if (performance.now() - this.openedAtMs > SETTLED_AFTER_MS) this.failures = 0;
  }

  private openLater(connection: ChannelModel, why: string): void {
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
    // It was closed already, which is all that was wanted.
  }
}
