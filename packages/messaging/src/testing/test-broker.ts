import { testVhost, type TestVhost, waitFor } from '@backstitch/testkit';
import { Broker, type BrokerOptions } from '../connection/broker.js';
import type { ConsumerStatus } from '../consume/consumer.js';
import type { BrokerLogger } from '../connection/logger.js';

/** A virtual host for the suite, and the connections in it. */
export interface TestBroker {
  vhost: TestVhost;
  logger: RecordingLogger;
  broker(options?: Partial<BrokerOptions>): Promise<Broker>;
  /** Registers a cleanup that runs before the virtual host is removed, in reverse order. */
  closes(close: () => Promise<unknown>): void;
  close(): Promise<void>;
}

export async function openTestBroker(name: string): Promise<TestBroker> {
  const vhost = await testVhost(`messaging_${name}`);
  const logger = new RecordingLogger();
  const closes: (() => Promise<unknown>)[] = [];
  return {
    vhost,
    logger,
    async broker(options) {
      const broker = new Broker({
        urls: [vhost.url],
        name: 'testBroker',
        logger,
        queues: [],
        ...options,
      });
      broker.connect();
      closes.push(() => broker.close());
      await broker.ready();
      return broker;
    },
    closes: (close) => closes.push(close),
    async close() {
      for (const close of closes.reverse()) await close();
      await vhost.drop();
    },
  };
}

export class RecordingLogger implements BrokerLogger {
  readonly lines: { level: string; fields: object; message: string }[] = [];
  info = this.recorder('info');
  warn = this.recorder('warn');
  error = this.recorder('error');

  private recorder(level: string) {
    return (fields: object, message: string) => void this.lines.push({ level, fields, message });
  }
}

export async function attached(server: { consumerStatus(): ConsumerStatus }): Promise<void> {
  await waitFor('the consumer to be attached', () => server.consumerStatus().state === 'attached');
}

export function bodyOf(value: unknown): Buffer {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
}
