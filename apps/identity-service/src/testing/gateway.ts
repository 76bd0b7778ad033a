import { randomUUID } from 'node:crypto';
import {
  type EdgeSyncAnswer,
  EVERYTHING,
  readEdgeSyncAnswer,
  type RequestCounter,
} from '@backstitch/auth';
import { waitFor } from '@backstitch/testkit';
import type { Identity } from './identity.js';

/** A gateway that asks as its edge-sync does, one page a round. */
export class Gateway {
  readonly id = randomUUID();
  since = EVERYTHING;

  constructor(private readonly identity: Identity) {}

  /** One that has been told everything so far. */
  static async synced(identity: Identity): Promise<Gateway> {
    const gateway = new Gateway(identity);
    await gateway.nothingNew();
    return gateway;
  }

  async sync(counters: readonly RequestCounter[] = []): Promise<EdgeSyncAnswer> {
    const body = { gateway: this.id, since: this.since, counters };
    const answer = await this.identity.ask('POST', '/internal/edge-sync', { body });
    const read = readEdgeSyncAnswer(answer.body);
    if (!read) throw new Error(`edge-sync: ${answer.status} ${answer.text}`);
    this.since = read.next;
    return read;
  }

  /** What was told is repeated while an older transaction of the server is not finished. */
  async nothingNew(): Promise<void> {
    await waitFor('a round without revocations', async () => {
      const { revokedSids, subjects } = await this.sync();
      return revokedSids.length + subjects.length === 0;
    });
  }
}
