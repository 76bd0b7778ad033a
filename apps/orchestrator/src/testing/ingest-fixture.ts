import { Broker, DeadLetterQueues } from '@backstitch/messaging';
import {
  createLoggerTo,
  type Database,
  type Logger,
  openDatabase,
  runMigrations,
} from '@backstitch/service-kit';
import { COMMAND_QUEUES, deadLetterQueueOf, newUuid } from '@backstitch/shared-types';
import {
  testDatabase,
  type TestDatabase,
  testVhost,
  type TestVhost,
  waitFor,
} from '@backstitch/testkit';
import { DeadLettersIngest } from '../operations/dead-letters/dead-letters.ingest.js';
import { DeadLettersRepository } from '../operations/dead-letters/dead-letters.repository.js';
import { MIGRATIONS } from './orchestrators.js';

const { payment } = COMMAND_QUEUES;
export const DEAD = deadLetterQueueOf(payment);

/** The part of an orchestrator that stores dead letters, on a database and a vhost of its own. */
export class IngestFixture {
  readonly database: Database;
  readonly repository: DeadLettersRepository;
  /** What was logged since the last reset. */
  readonly lines: string[] = [];
  private readonly logger: Logger;
  private readonly running: (() => Promise<void>)[] = [];

  private constructor(
    private readonly made: TestDatabase,
    readonly vhost: TestVhost,
    statementTimeoutMs: number,
  ) {
    this.logger = createLoggerTo({ write: (line) => void this.lines.push(line) }, 'test', 'info');
    const options = { url: made.url, name: 'test', logger: this.logger, keyLookups: true };
    this.database = openDatabase({ ...options, statementTimeoutMs, lockTimeoutMs: 20_000 });
    this.repository = new DeadLettersRepository(this.database);
  }

  static async prepare(statementTimeoutMs = 60_000): Promise<IngestFixture> {
    const made = await testDatabase({
      name: 'orchestrator',
      migrations: MIGRATIONS,
      migrate: (url) => runMigrations({ url, folder: MIGRATIONS, print: () => undefined }),
    });
    return new IngestFixture(made, await testVhost('ingest'), statementTimeoutMs);
  }

  /** Starts one more ingest of payment_commands, on a connection of its own to the broker. */
  async start(
    name = 'one',
    reached?: (point: string) => void | Promise<void>,
    deadLetters: Pick<DeadLettersRepository, 'store'> = this.repository,
  ): Promise<{ queues: DeadLetterQueues; ingest: DeadLettersIngest }> {
    const { logger, database } = this;
    const urls = [this.vhost.url];
    const broker = new Broker({ urls, name, logger, ...(reached && { reached }) });
    broker.connect();
    await broker.ready();
    const queues = new DeadLetterQueues({ broker });
    const ingest = new DeadLettersIngest({
      queues,
      commandQueues: [payment],
      deadLetters,
      logger,
      recovered: () => database.isAvailable(),
    });
    ingest.start();
    this.running.push(async () => {
      await ingest.close(5_000);
      await broker.close();
    });
    return { queues, ingest };
  }

  publish(body: string | Buffer, properties: object = {}): Promise<void> {
    return this.vhost.publish(DEAD, Buffer.from(body), { messageId: newUuid(), ...properties });
  }

  async query(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    return (await this.database.pool.query<Record<string, unknown>>(text, values)).rows;
  }

  rows(columns = '*'): Promise<Record<string, unknown>[]> {
    return this.query(`SELECT ${columns} FROM dead_letters ORDER BY seq`);
  }

  rowsAre(count: number): Promise<boolean> {
    return waitFor(`${count} rows, and an empty queue`, async () => {
      const { messages } = (await this.vhost.queue(DEAD))!;
      return messages === 0 && (await this.rows('id')).length === count;
    });
  }

  /** Ends every ingest, and removes what they stored. */
  async reset(): Promise<void> {
    for (const close of this.running.splice(0).reverse()) await close();
    this.lines.length = 0;
    await this.query('TRUNCATE dead_letters');
  }

  async close(): Promise<void> {
    await this.database.close();
    await this.made.drop();
    await this.vhost.drop();
  }
}
