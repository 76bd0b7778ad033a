import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import { firstValueFrom, isObservable } from 'rxjs';
import type { CommandPacket } from '@backstitch/shared-types';
import { CommandServer, type CommandServerOptions } from '../consume/command-server.js';
import type { ConsumerStatus } from '../consume/consumer.js';
import { CommandContext } from './command-context.js';
import { unwrapError } from './unwrap-error.js';

/** Longer than a command may take, shorter than an app's whole shutdown: there is more to close. */
const DRAIN_TIMEOUT_MS = 12_000;

export interface RabbitCommandServerOptions extends CommandServerOptions {
  /** Nothing is consumed before this has resolved; it never rejects. */
  startAfter?: Promise<void>;
}

/**
 * Nest's transport for command queues: handlers are ordinary `@MessagePattern` methods. A value is
 * done, a Rejection a business no, a thrown Fault a fault, anything else thrown a bug.
 */
export class RabbitCommandServer extends Server implements CustomTransportStrategy {
  override transportId = Symbol('backstitch-rabbitmq');
  private readonly server: CommandServer;

  private isClosed = false;

  constructor(private readonly options: RabbitCommandServerOptions) {
    super();
    this.server = new CommandServer(options, { handlerOf: (packet) => this.handlerOf(packet) });
  }

  /** Starts to consume in the background: an app comes up although the broker is away. */
  listen(callback: () => void): void {
    void (this.options.startAfter ?? Promise.resolve()).then(() => {
      if (!this.isClosed) this.server.start();
    });
    callback();
  }

  /** Finishes and acknowledges what is in hand; the connections belong to the Broker. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.server.close(DRAIN_TIMEOUT_MS);
  }

  consumerStatus(): ConsumerStatus {
    return this.server.status();
  }

  on(): never {
    throw new Error('this transport has no events; ask consumerStatus()');
  }

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- Nest says so
  unwrap<T>(): T {
    return this.options.broker as T;
  }

  private handlerOf(packet: CommandPacket): (() => Promise<unknown>) | undefined {
    // Patterns are plain strings here, which Nest keeps as they are: no parsing for each message.
    const handler = this.messageHandlers.get(packet.pattern);
    return handler && (() => this.call(handler, packet));
  }

  private async call(handler: MessageHandler, packet: CommandPacket): Promise<unknown> {
    try {
      const context = new CommandContext(this.options.queue, packet);
      const result: unknown = await handler(packet.data, context);
      return isObservable(result)
        ? await firstValueFrom(result, { defaultValue: undefined })
        : result;
    } catch (error) {
      throw unwrapError(error);
    }
  }
}
