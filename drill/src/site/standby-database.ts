import type { PostgresPair } from '@backstitch/tools';
import { FaultProxy } from '../proxy/fault-proxy.js';
import type { DatabaseServer } from './site.js';

/** A primary and its standby, at one address: a signpost that is turned when the standby is promoted. */
export class StandbyDatabase implements DatabaseServer {
  private constructor(
    private readonly pair: PostgresPair,
    private readonly signpost: FaultProxy,
  ) {}

  static async over(pair: PostgresPair): Promise<StandbyDatabase> {
    return new StandbyDatabase(pair, await FaultProxy.start({ port: pair.primary.port }));
  }

  get url(): string {
    // Not `through`, which ends it with a slash: whoever asks puts a database's name behind it.
    return this.pair.primary.url.replace(`:${this.pair.primary.port}`, `:${this.port}`);
  }

  get port(): number {
    return this.signpost.port;
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

  /** kill -9 of the primary; everybody is led to its standby, which is promoted; it gets one anew. */
  async failOver(): Promise<void> {
    await this.pair.primary.kill();
    await this.pair.promote();
    this.signpost.retarget({ port: this.pair.primary.port });
    this.signpost.cut();
    await this.pair.renewStandby();
  }

  /** Ends both servers and takes the signpost down. */
  async end(options?: { hurry?: boolean }): Promise<void> {
    await this.signpost.close();
    await this.pair.stop(options);
  }
}
