import {
  EDGE_SYNC_PATH,
  type EdgeSyncAnswer,
  type EdgeSyncRequest,
  type InternalKeys,
  readEdgeSyncAnswer,
  type Revocations,
  SIGNATURE_HEADER,
  signRequest,
  type TokenVerifier,
} from '@backstitch/auth';
import { type Logger, PeriodicJob } from '@backstitch/service-kit';

export interface EdgeSyncOptions {
  /** Where identity-service is. */
  url: string;
  keys: InternalKeys;
  verifier: TokenVerifier;
  revocations: Revocations;
  logger: Logger;
}

const EVERY_MS = 1_000;
const TIMEOUT_MS = 2_000;

/**
 * Asks identity-service once a second what it has taken back. While it does not answer, tokens
 * stay valid until they expire.
 */
export class EdgeSync {
  readonly job: PeriodicJob;
  private sinceMs = 0;
  private kids = '';
  private isAway = false;

  constructor(private readonly options: EdgeSyncOptions) {
    const { logger } = options;
    const run = (stopped: AbortSignal) => this.run(stopped);
    const name = 'edge-sync';
    this.job = new PeriodicJob({ name, logger, run, intervalMs: EVERY_MS, firstDelayMs: 0 });
  }

  /** One failure is one log line, however long it lasts. */
  private async run(stopped: AbortSignal): Promise<void> {
    const { url, logger } = this.options;
    try {
      await this.apply(await this.ask(stopped));
      if (this.isAway) logger.info({ url }, 'identity-service answers again');
      this.isAway = false;
    } catch (err) {
      if (stopped.aborted || this.isAway) return;
      this.isAway = true;
      logger.warn(
        { err, url },
        'identity-service does not answer: nothing is revoked until it does',
      );
    }
  }

  private async ask(stopped: AbortSignal): Promise<EdgeSyncAnswer> {
    const { url, keys } = this.options;
    const asked: EdgeSyncRequest = { sinceMs: this.sinceMs };
    const body = JSON.stringify(asked);
    const signed = { method: 'POST', path: EDGE_SYNC_PATH, body, caller: undefined };
    const response = await fetch(url.replace(/\/+$/, '') + EDGE_SYNC_PATH, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        [SIGNATURE_HEADER]: signRequest(keys, signed, Date.now() / 1000),
      },
      body,
      redirect: 'error',
      signal: AbortSignal.any([stopped, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`edge-sync was answered by ${response.status}`);
    const answer = readEdgeSyncAnswer(JSON.parse(text));
    if (!answer) throw new Error('edge-sync was answered by something else');
    return answer;
  }

  private async apply(answer: EdgeSyncAnswer): Promise<void> {
    const { revocations, verifier } = this.options;
    const { nowMs, revokedSids: sids, subjects = [] } = answer;
    revocations.add({ sids, subjects }, performance.now());
    const kids = JSON.stringify([...answer.kids].sort());
    // A key was added or revoked.
    if (kids !== this.kids) await verifier.refreshKeys({ force: true });
    this.kids = kids;
    this.sinceMs = nowMs;
  }
}
