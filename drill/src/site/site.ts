import type { QueueDepth } from '@backstitch/launcher';
import type { AppName, DatabaseName } from '@backstitch/tools';
import type { AppInstance } from './app-instance.js';
import type { BrokerServer, DatabaseServer } from './drilled-servers.js';
import type { Random } from './random.js';
import type { ClusterServers } from './servers.js';

/** The system under drill, as faults see and hurt it. */
export interface Site {
  readonly random: Random;
  /** Progress, for people. */
  say(line: string): void;
  /** Every process of the system. */
  readonly apps: readonly AppInstance[];
  of(app: AppName): AppInstance[];
  readonly gatewayUrl: string;
  /** What the apps' broker links lead to; in a cluster one node, the first. */
  readonly broker: BrokerServer;
  readonly postgres: DatabaseServer;
  /** Only with --cluster. */
  readonly cluster: ClusterServers | undefined;
  /** Address of a database, not through any link. */
  databaseUrl(database: DatabaseName): string;
  /** Rows of a database, not through any link. Rejects while PostgreSQL is away. */
  rows<Row extends object>(
    database: DatabaseName,
    sql: string,
    values?: readonly unknown[],
  ): Promise<Row[]>;
  /** Unfinished sagas; 0 when the database cannot be asked. */
  sagasUnderWay(): Promise<number>;
  /** The broker's queues, as its management API last counted them. */
  queues(): Promise<QueueDepth[]>;
  /** Puts a packet without a reply queue into a queue, as any other program might. */
  publish(queue: string, packet: object): Promise<void>;
  /** Requests of clients that wait for their answer now. */
  requestsInFlight(): number;
  /** Aborted when the drill is to end at once; long waits of a fault end with it. */
  readonly stopping: AbortSignal;
}
