import type { PostgresPair } from '@backstitch/tools';
import { FaultProxy } from '../proxy/fault-proxy.js';
import type { DatabaseServer } from './drilled-servers.js';

/** A primary and its standby, at one address: a proxy that is retargeted when the standby is promoted. */
export class StandbyDatabase implements DatabaseServer {
  private constructor(
    private readonly pair: PostgresPair,
    private readonly proxy: FaultProxy,
  ) {}

  static async over(pair: PostgresPair): Promise<StandbyDatabase> {
    return new StandbyDatabase(pair, await FaultProxy.start({ port: pair.primary.port }));
  }

  get url(): string {
    // Not `through`, which ends it with a slash: callers append a database's name.
    return this.pair.primary.url.replace(`:${this.pair.primary.port}`, `:${this.port}`);
  }

  get port(): number {
    return this.proxy.port;
  }

  get pid(): number {
    return this.pair.primary.pid;
  }

  get dataDir(): string {
    return this.pair.primary.dataDir;
  }

  get origin(): string {
    return `${this.pair.primary.origin}, with a synchronous standby`;
  }

  start(): Promise<void> {
    return this.pair.primary.start();
  }

  stop(options?: { hurry?: boolean }): Promise<void> {
    return this.pair.primary.stop(options);
  }

  kill(): Promise<void> {
    return this.pair.primary.kill();
  }

  /** kill -9 of the primary; clients are led to its standby, which is promoted; it gets one anew. */
  async failOver(): Promise<void> {
    await this.pair.primary.kill();
    await this.pair.promote();
    this.proxy.retarget({ port: this.pair.primary.port });
    this.proxy.cut();
    await this.pair.renewStandby();
  }

  /** Ends both servers and closes the proxy. */
  async end(options?: { hurry?: boolean }): Promise<void> {
    await this.proxy.close();
    await this.pair.stop(options);
  }
}
