import {
  EDGE_SYNC_PATH,
  type EdgeSyncAnswer,
  type EdgeSyncRequest,
  EVERYTHING,
  readEdgeSyncAnswer,
  type Revocations,
  type TokenVerifier,
} from '@backstitch/auth';
import { INSTANCE_ID, type Logger, PeriodicJob } from '@backstitch/service-kit';
import type { RefusedCalls } from '../access/refused-calls.js';
import type { SharedBudgets } from '../rate-limit/shared-budgets.js';
import type { IdentityRequests } from './identity-requests.client.js';

export interface EdgeSyncOptions {
  requests: IdentityRequests;
  verifier: TokenVerifier;
  revocations: Revocations;
  logger: Logger;
  /** Undefined when there is no limit of requests. */
  shared: SharedBudgets | undefined;
  refusedCalls: RefusedCalls;
}

const EVERY_MS = 1_000;
const TIMEOUT_MS = 2_000;
const STOP_TIMEOUT_MS = 100;

/**
 * Asks identity-service once a second what it has taken back, and exchanges counters of requests
 * with the other gateways. While it does not answer, tokens stay valid until they expire.
 */
export class EdgeSync {
  readonly job: PeriodicJob;
  private since = EVERYTHING;
  private isAway = false;

  constructor(private readonly options: EdgeSyncOptions) {
    const { logger } = options;
    const run = (stopped: AbortSignal) => this.run(stopped);
    const name = 'edge-sync';
    const [intervalMs, stopTimeoutMs] = [EVERY_MS, STOP_TIMEOUT_MS];
    this.job = new PeriodicJob({ name, logger, run, intervalMs, stopTimeoutMs, firstDelayMs: 0 });
  }

  /** One failure is one log line, however long it lasts. */
  private async run(stopped: AbortSignal): Promise<void> {
    const { requests, logger, shared } = this.options;
    const { url } = requests;
    try {
      await this.round();
      if (this.isAway) logger.info({ url }, 'identity-service answers again');
      this.isAway = false;
    } catch (err) {
      shared?.away();
      // It may answer from another database then.
      this.since = EVERYTHING;
      if (stopped.aborted || this.isAway) return;
      this.isAway = true;
      logger.warn(
        { err, url },
        'identity-service does not answer: nothing is revoked until it does',
      );
    }
  }

  private async round(): Promise<void> {
    const { shared, refusedCalls } = this.options;
    const request = { gateway: INSTANCE_ID, since: this.since };
    const counters = shared?.counters(performance.now()) ?? [];
    const refused = refusedCalls.take();
    const first = await this.ask({ ...request, counters, refused }).catch((error: unknown) => {
      refusedCalls.restore(refused);
      throw error;
    });
    this.apply(first);
    shared?.learn(first);
    for (let page = first; page.more !== undefined; ) {
      page = await this.ask({ ...request, after: page.more, counters: [] });
      this.apply(page);
    }
    // Only now: a round that fails between its pages is asked for again.
    this.since = first.next;
  }

  private async ask(request: EdgeSyncRequest): Promise<EdgeSyncAnswer> {
    const { requests } = this.options;
    const answer = readEdgeSyncAnswer(await requests.post(EDGE_SYNC_PATH, request, TIMEOUT_MS));
    if (!answer) throw new Error('edge-sync was answered by something else');
    return answer;
  }

  private apply({ revokedSids: sids, subjects, kids }: EdgeSyncAnswer): void {
    const { revocations, verifier } = this.options;
    revocations.add({ sids, subjects }, performance.now());
    // Revoked keys are refused at once. A slow answer with new keys must not delay the next round.
    void verifier.keepOwnKeys(kids);
  }
}
