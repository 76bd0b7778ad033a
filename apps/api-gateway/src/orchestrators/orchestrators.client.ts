import { CheckoutBatches } from './checkout-batches.client.js';
import { Deadline } from './deadline.js';
import { exchange, type ForwardedRequest, type UpstreamAnswer } from './exchange.js';
import { type Loss, lossOf } from './lost-request.js';
import { codeOf, whyNotServed } from './not-served.js';
import { openStream, type StreamedAnswer } from './streamed-answer.js';
import type { RequestSigner } from './request-signer.js';
import { avoid, messageOf, type Target, targetOf, Targets } from './targets.client.js';

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

interface Orchestrator extends Target {
  readonly checkouts: CheckoutBatches;
}

/** The path of requests that may share a batch. */
const CHECKOUT_PATH = '/checkout';
/** Enough for every waiting checkout of one orchestrator, and for the queries. */
const CONNECTIONS_MAX = 2_048;

/**
 * Forwards requests to the orchestrators in turn. After a failed connection, or when an
 * orchestrator accepted nothing, the next one is tried. A repeat is safe: the request has the id of
 * its saga, and every orchestrator is idempotent on it.
 */
export class Orchestrators {
  private readonly options: OrchestratorsOptions;
  private readonly targets: Targets<Orchestrator>;

  constructor(options: OrchestratorsOptions) {
    this.options = options;
    const all = options.urls.map((url) => orchestratorOf(url, options));
    this.targets = new Targets(all, options.timeoutMs);
  }

  forward(request: ForwardedRequest): Promise<Forwarded> {
    return this.withDeadline((deadline) => this.tryEach(request, deadline));
  }

  private async tryEach(request: ForwardedRequest, deadline: Deadline): Promise<Forwarded> {
    const targets = this.targets.inTurn();
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

  /** Opens a stream at the first orchestrator that serves it. Undefined when none does. */
  async stream(
    request: ForwardedRequest,
    signal: AbortSignal,
  ): Promise<StreamedAnswer | undefined> {
    const { timeoutMs: headTimeoutMs, signer, onFailure } = this.options;
    let refused: StreamedAnswer | undefined;
    for (const target of this.targets.inTurn()) {
      const { basePath, pool, url } = target;
      const signed = signer.sign({ ...request, path: basePath + request.path }, basePath);
      try {
        const opened = await openStream(pool, signed, { signal, headTimeoutMs });
        if (opened.kind === 'stream') return opened;
        const unserved = whyNotServed(opened.answer, url);
        if (unserved !== undefined) onFailure(url, unserved, request);
        else if (opened.answer.status !== 503) return opened;
        else refused = opened;
      } catch (error) {
        if (signal.aborted) return undefined;
        avoid(target);
        onFailure(url, messageOf(error), request);
      }
    }
    return refused;
  }

  /** Undefined when an orchestrator is ready; otherwise the answers of all of them. */
  whyNotReady(): Promise<string | undefined> {
    return this.targets.whyNotReady();
  }

  close(): Promise<void> {
    return this.targets.close();
  }

  private async ask(
    target: Orchestrator,
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
      const why = messageOf(error);
      avoid(target);
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
}

function orchestratorOf(
  url: string,
  { connectTimeoutMs, signer }: OrchestratorsOptions,
): Orchestrator {
  const target = targetOf(url, { connectionsMax: CONNECTIONS_MAX, connectTimeoutMs });
  return { ...target, checkouts: new CheckoutBatches(target.pool, target.basePath, signer) };
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
