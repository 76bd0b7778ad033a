import { Pool } from 'undici';
import { CheckoutBatches } from './checkout-batches.client.js';
import { Deadline } from './deadline.js';
import { exchange, type ForwardedRequest, type UpstreamAnswer } from './exchange.js';
import { type Loss, lossOf } from './lost-request.js';

/**
 * answered: pass it on · not-reached: nothing was served anywhere · unknown: it may have been
 * served, and nobody said how it ended.
 */
export type Forwarded =
  | { kind: 'answered'; answer: UpstreamAnswer }
  | { kind: 'not-reached'; why: string }
  | { kind: 'unknown'; why: string };

export interface OrchestratorsOptions {
  urls: readonly string[];
  /** For the whole of a request, all its tries and its wait for a connection included. */
  timeoutMs: number;
  connectTimeoutMs: number;
  /** Told of every failed try. */
  onFailure: (url: string, why: string, request: ForwardedRequest) => void;
}

interface Target {
  url: string;
  /** What stands before every path: "" or "/shop". */
  basePath: string;
  pool: Pool;
  checkouts: CheckoutBatches;
  /** Until then it is asked last, by performance.now(). */
  avoidedUntilMs: number;
}

/** What travels in batches. */
const CHECKOUT_PATH = '/checkout';
const AVOIDED_MS = 1_000;
/** Room for every checkout that waits for its end at one orchestrator, and for the lookers. */
const CONNECTIONS_MAX = 2_048;

/**
 * The orchestrators behind one door. A request goes to one of them in turn; where a connection
 * fails, or an orchestrator accepted nothing, to the next: repeating is safe, because the request
 * carries the id of its saga and every orchestrator is idempotent on it.
 */
export class Orchestrators {
  private readonly options: OrchestratorsOptions;
  private readonly targets: Target[];
  private turn = 0;

  constructor(options: OrchestratorsOptions) {
    this.options = options;
    this.targets = options.urls.map((url) => targetOf(url, options.connectTimeoutMs));
  }

  forward(request: ForwardedRequest): Promise<Forwarded> {
    return this.inTime((deadline) => this.tryInTurn(request, deadline));
  }

  private async tryInTurn(request: ForwardedRequest, deadline: Deadline): Promise<Forwarded> {
    const targets = this.inTurn();
    let maybeServed: string | undefined;
    let refusal: UpstreamAnswer | undefined;
    let why = 'no orchestrator is configured';
    for (let next = 0; next < targets.length; next += 1) {
      const target = targets[next]!;
      const outcome = await this.ask(target, request, deadline);
      if ('answer' in outcome) {
        const refused = refusalIn(outcome.answer);
        if (!refused) return { kind: 'answered', answer: outcome.answer };
        if (refused === 'misdirected') {
          why = `it does not answer to the host of ${target.url}: see its ALLOWED_HOSTS`;
          this.options.onFailure(target.url, why, request);
        } else if (refused === 'not-accepted') refusal = outcome.answer;
        else maybeServed = 'a 503 that does not say whether anything was recorded';
        continue;
      }
      ({ why } = outcome);
      if (outcome.loss === 'timed-out') return { kind: 'unknown', why };
      if (outcome.loss === 'maybe-served') {
        // An idle connection that was closed under the request looks like this too: once more.
        if (maybeServed === undefined && targets.length === next + 1) targets.push(targets[0]!);
        maybeServed = why;
      }
    }
    if (maybeServed !== undefined) return { kind: 'unknown', why: maybeServed };
    return refusal ? { kind: 'answered', answer: refusal } : { kind: 'not-reached', why };
  }

  /** Undefined when an orchestrator is ready; else what each of them said. */
  async whyNotReady(): Promise<string | undefined> {
    const reasons = await Promise.all(this.targets.map((target) => this.whyTargetNotReady(target)));
    return reasons.includes(undefined) ? undefined : reasons.join('; ');
  }

  async close(): Promise<void> {
    await Promise.all(this.targets.map((target) => target.pool.close()));
  }

  private async whyTargetNotReady(target: Target): Promise<string | undefined> {
    const request = { method: 'GET', path: '/health/ready', headers: {} } as const;
    const asked = { ...request, path: target.basePath + request.path };
    try {
      // Its failure is the answer here, and no line of the log: probes come every few seconds.
      const answer = await this.inTime((deadline) => exchange(target.pool, asked, deadline));
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
    const { method, headers, body } = request;
    try {
      const path = target.basePath + request.path;
      const asked = { method, path, headers, ...(body !== undefined && { body }) };
      const answer =
        method === 'POST' && request.path === CHECKOUT_PATH
          ? await target.checkouts.ask(asked, deadline)
          : await exchange(target.pool, asked, deadline);
      return { answer };
    } catch (error) {
      const loss = lossOf(error);
      const why = error instanceof Error ? error.message || error.name : String(error);
      target.avoidedUntilMs = performance.now() + AVOIDED_MS;
      this.options.onFailure(target.url, why, request);
      return { loss, why };
    }
  }

  private async inTime<Result>(work: (deadline: Deadline) => Promise<Result>): Promise<Result> {
    const deadline = new Deadline(this.options.timeoutMs);
    try {
      return await work(deadline);
    } finally {
      deadline.clear();
    }
  }

  /** Round about, those that failed a moment ago last. */
  private inTurn(): Target[] {
    const nowMs = performance.now();
    this.turn = (this.turn + 1) % this.targets.length;
    const round = [...this.targets.slice(this.turn), ...this.targets.slice(0, this.turn)];
    const sound = round.filter((target) => target.avoidedUntilMs <= nowMs);
    return [...sound, ...round.filter((target) => target.avoidedUntilMs > nowMs)];
  }
}

function targetOf(url: string, connectTimeoutMs: number): Target {
  const { origin, pathname } = new URL(url);
  const basePath = pathname.replace(/\/+$/, '');
  const pool = new Pool(origin, {
    connections: CONNECTIONS_MAX,
    // The deadline of the whole request is exact; these would be late by up to a second.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: connectTimeoutMs },
  });
  // What stands before the host may be a password, and this name of it is told.
  const told = origin + basePath;
  return {
    url: told,
    basePath,
    pool,
    checkouts: new CheckoutBatches(pool, basePath),
    avoidedUntilMs: 0,
  };
}

/**
 * The one answer, besides 421, that is looked into, and only at its code. A 503 of another origin (a server that
 * is closing, a proxy) is worth asking elsewhere, but does not say that nothing was recorded.
 */
function refusalIn(
  answer: UpstreamAnswer,
): 'misdirected' | 'not-accepted' | 'wordless' | undefined {
  // The caller named another host than we do.
  if (answer.status === 421) return 'misdirected';
  if (answer.status !== 503) return undefined;
  const code = codeOf(answer.body);
  if (code === undefined) return 'wordless';
  return code === 'NOT_ACCEPTED' ? 'not-accepted' : undefined;
}

function codeOf(body: Buffer): unknown {
  try {
    const problem: unknown = JSON.parse(body.toString('utf8'));
    return (problem as { code?: unknown } | null)?.code;
  } catch {
    return undefined;
  }
}
