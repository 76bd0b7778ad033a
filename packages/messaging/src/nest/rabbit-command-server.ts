import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import { firstValueFrom, isObservable } from 'rxjs';
import type { CommandPacket } from '@backstitch/shared-types';
import { CommandServer, type CommandServerOptions } from '../consume/command-server.js';
import type { ConsumerStatus } from '../consume/consumer.js';
import { CommandContext } from './command-context.js';
import { unwrapError } from './unwrap-error.js';

/** Longer than the deadline of a command, shorter than the whole shutdown of an app. */
const DRAIN_TIMEOUT_MS = 12_000;

export interface RabbitCommandServerOptions extends CommandServerOptions {
  /** No command is consumed before this promise resolves; it never rejects. */
  startAfter?: Promise<void>;
}

/**
 * Nest's transport strategy for command queues: handlers are ordinary `@MessagePattern` methods. A
 * returned value means done, a Rejection is a business rejection, a thrown Fault is a fault, and
 * every other error is a bug.
 */
export class RabbitCommandServer extends Server implements CustomTransportStrategy {
  override transportId = Symbol('backstitch-rabbitmq');
  private readonly server: CommandServer;

  private isClosed = false;

  constructor(private readonly options: RabbitCommandServerOptions) {
    super();
    this.server = new CommandServer(options, { handlerOf: (packet) => this.handlerOf(packet) });
  }

  /** Starts to consume in the background: an app starts although the broker is unavailable. */
  listen(callback: () => void): void {
    void (this.options.startAfter ?? Promise.resolve()).then(() => {
      if (!this.isClosed) this.server.start();
    });
    callback();
  }

  /** Finishes and acknowledges the running deliveries. The Broker owns the connections. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.server.close(DRAIN_TIMEOUT_MS);
  }

  consumerStatus(): ConsumerStatus {
    return this.server.status();
  }

  on(): never {
    throw new Error('this transport has no events; use consumerStatus()');
  }

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- Nest says so
  unwrap<T>(): T {
    return this.options.broker as T;
  }

  private handlerOf(packet: CommandPacket): (() => Promise<unknown>) | undefined {
    // Patterns are plain strings here, which Nest does not change, so they need no parsing.
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
