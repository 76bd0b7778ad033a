import { Pool } from 'undici';
import { CheckoutBatches } from './checkout-batches.client.js';
import { Deadline } from './deadline.js';
import { exchange, type ForwardedRequest, type UpstreamAnswer } from './exchange.js';
import { type Loss, lossOf } from './lost-request.js';
import { codeOf, whyNotServed } from './not-served.js';
import type { RequestSigner } from './request-signer.js';

/**
 * answered: relay it · not-reached: nothing was served anywhere · unknown: it may have been served,
 * and no answer says how it ended.
 */
export type Forwarded =
  | { kind: 'answered'; answer: UpstreamAnswer }
  | { kind: 'not-reached'; why: string }
  | { kind: 'unknown'; why: string };

export interface OrchestratorsOptions {
  urls: readonly string[];
  /** For the whole request, including all attempts and the wait for a connection. */
  timeoutMs: number;
  connectTimeoutMs: number;
  signer: RequestSigner;
  /** Called for every failed attempt. */
  onFailure: (url: string, why: string, request: ForwardedRequest) => void;
}

interface Target {
  url: string;
  /** The prefix of every path: "" or "/shop". */
  basePath: string;
  pool: Pool;
  checkouts: CheckoutBatches;
  /** Until then it is tried last, by performance.now(). */
  avoidedUntilMs: number;
}

/** The path of requests that may share a batch. */
const CHECKOUT_PATH = '/checkout';
const AVOIDED_MS = 1_000;
/** Enough for every waiting checkout of one orchestrator, and for the queries. */
const CONNECTIONS_MAX = 2_048;

/**
 * Forwards requests to the orchestrators in turn. After a failed connection, or when an
 * orchestrator accepted nothing, the next one is tried. A repeat is safe: the request has the id of
 * its saga, and every orchestrator is idempotent on it.
 */
export class Orchestrators {
  private readonly options: OrchestratorsOptions;
  private readonly targets: Target[];
  private turn = 0;

  constructor(options: OrchestratorsOptions) {
    this.options = options;
    this.targets = options.urls.map((url) => targetOf(url, options));
  }

  forward(request: ForwardedRequest): Promise<Forwarded> {
    return this.withDeadline((deadline) => this.tryEach(request, deadline));
  }

  private async tryEach(request: ForwardedRequest, deadline: Deadline): Promise<Forwarded> {
    const targets = this.inTurn();
    let maybeServed: string | undefined;
    let refusal: UpstreamAnswer | undefined;
    let why = 'no orchestrator is configured';
    for (let next = 0; next < targets.length; next += 1) {
      const target = targets[next]!;
      const outcome = await this.ask(target, request, deadline);
      if ('answer' in outcome) {
        const unserved = whyNotServed(outcome.answer, target.url);
        const refused = refusalIn(outcome.answer);
        if (unserved !== undefined) {
          why = unserved;
          this.options.onFailure(target.url, why, request);
        } else if (!refused) return { kind: 'answered', answer: outcome.answer };
        else if (refused === 'not-accepted') refusal = outcome.answer;
        else maybeServed = 'a 503 that does not say whether anything was recorded';
        continue;
      }
      ({ why } = outcome);
      const mayBeServed = outcome.loss === 'maybe-served';
      if (outcome.loss === 'timed-out' || (mayBeServed && request.isSentOnce)) {
        return { kind: 'unknown', why };
      }
      if (mayBeServed) {
        // An idle connection that was closed during the request looks the same: try once more.
        if (maybeServed === undefined && targets.length === next + 1) targets.push(targets[0]!);
        maybeServed = why;
      }
    }
    if (maybeServed !== undefined) return { kind: 'unknown', why: maybeServed };
    return refusal ? { kind: 'answered', answer: refusal } : { kind: 'not-reached', why };
  }

  /** Undefined when an orchestrator is ready; otherwise the answers of all of them. */
  async whyNotReady(): Promise<string | undefined> {
    const reasons = await Promise.all(this.targets.map((target) => this.whyTargetNotReady(target)));
    return reasons.includes(undefined) ? undefined : reasons.join('; ');
  }

  async close(): Promise<void> {
    await Promise.all(this.targets.map((target) => target.pool.close()));
  }

  private async whyTargetNotReady(target: Target): Promise<string | undefined> {
    const request = { method: 'GET', path: '/health/ready', headers: {} } as const;
    const targetRequest = { ...request, path: target.basePath + request.path };
    try {
      // The failure is the result here and is not logged: probes come every few seconds.
      const answer = await this.withDeadline((deadline) =>
        exchange(target.pool, targetRequest, deadline),
      );
      if (answer.status === 200) return undefined;
      return `${target.url}: ${answer.status} ${answer.body.toString('utf8')}`;
    } catch (error) {
      return `${target.url}: ${error instanceof Error ? error.message || error.name : String(error)}`;
    }
  }

  private async ask(
    target: Target,
    request: ForwardedRequest,
    deadline: Deadline,
  ): Promise<{ answer: UpstreamAnswer } | { loss: Loss; why: string }> {
    const { basePath, pool } = target;
    try {
      const targetRequest = { ...request, path: basePath + request.path };
      const answer =
        request.method === 'POST' && request.path === CHECKOUT_PATH
          ? await target.checkouts.ask(targetRequest, deadline)
          : await exchange(pool, this.options.signer.sign(targetRequest, basePath), deadline);
      return { answer };
    } catch (error) {
      const loss = lossOf(error);
      const why = error instanceof Error ? error.message || error.name : String(error);
      target.avoidedUntilMs = performance.now() + AVOIDED_MS;
      this.options.onFailure(target.url, why, request);
      return { loss, why };
    }
  }

  private async withDeadline<Result>(
    work: (deadline: Deadline) => Promise<Result>,
  ): Promise<Result> {
    const deadline = new Deadline(this.options.timeoutMs);
    try {
      return await work(deadline);
    } finally {
      deadline.clear();
    }
  }

  /** Round robin; those that failed recently come last. */
  private inTurn(): Target[] {
    const nowMs = performance.now();
    this.turn = (this.turn + 1) % this.targets.length;
    const round = [...this.targets.slice(this.turn), ...this.targets.slice(0, this.turn)];
    const healthy = round.filter((target) => target.avoidedUntilMs <= nowMs);
    return [...healthy, ...round.filter((target) => target.avoidedUntilMs > nowMs)];
  }
}

function targetOf(url: string, { connectTimeoutMs, signer }: OrchestratorsOptions): Target {
  const { origin, pathname } = new URL(url);
  const basePath = pathname.replace(/\/+$/, '');
  const pool = new Pool(origin, {
    connections: CONNECTIONS_MAX,
    // The deadline of the whole request is exact; these timeouts could be late by a second.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: connectTimeoutMs },
  });
  // The address without user and password, which must not be logged.
  const publicUrl = origin + basePath;
  return {
    url: publicUrl,
    basePath,
    pool,
    checkouts: new CheckoutBatches(pool, basePath, signer),
    avoidedUntilMs: 0,
  };
}

/**
 * Recognises a 503 whose request another orchestrator may serve. A 503 from elsewhere (a closing
 * server, a proxy) is tried elsewhere, but does not say that nothing was recorded.
 */
function refusalIn(answer: UpstreamAnswer): 'not-accepted' | 'no-code' | undefined {
  if (answer.status !== 503) return undefined;
  const code = codeOf(answer.body);
  if (code === undefined) return 'no-code';
  return code === 'NOT_ACCEPTED' ? 'not-accepted' : undefined;
}
