import { Deadline } from '../orchestrators/deadline.js';
import { exchange, type ForwardedRequest, type UpstreamAnswer } from '../orchestrators/exchange.js';
import { type Loss, lossOf } from '../orchestrators/lost-request.js';
import { whyNotServed } from '../orchestrators/not-served.js';
import type { Forwarded } from '../orchestrators/orchestrators.client.js';
import type { RequestSigner } from '../orchestrators/request-signer.js';
import {
  avoid,
  messageOf,
  type Target,
  targetOf,
  Targets,
} from '../orchestrators/targets.client.js';

export interface ServiceClientOptions {
  /** The instances of the service. */
  urls: readonly string[];
  /** For the whole request, including all attempts and the wait for a connection. */
  timeoutMs: number;
  connectTimeoutMs: number;
  signer: RequestSigner;
  /** Called for every failed attempt. */
  onFailure: (url: string, why: string, request: ForwardedRequest) => void;
}

type Attempt = { answer: UpstreamAnswer } | { loss: Loss; why: string };

const CONNECTIONS_MAX = 256;

/**
 * Sends requests to the instances of one service in turn, over keep-alive connections. A read that
 * fails on one instance is tried on the next one. Any other request is tried on the next one only if
 * it was certainly not served.
 */
export class ServiceClient {
  private readonly targets: Targets<Target>;

  constructor(private readonly options: ServiceClientOptions) {
    const { urls, timeoutMs, connectTimeoutMs } = options;
    const terms = { connectionsMax: CONNECTIONS_MAX, connectTimeoutMs };
    this.targets = new Targets(
      urls.map((url) => targetOf(url, terms)),
      timeoutMs,
    );
  }

  async forward(request: ForwardedRequest): Promise<Forwarded> {
    const deadline = new Deadline(this.options.timeoutMs);
    try {
      return await this.tryEach(request, deadline);
    } finally {
      deadline.clear();
    }
  }

  /** Undefined when an instance is ready; otherwise the answers of all of them. */
  whyNotReady(): Promise<string | undefined> {
    return this.targets.whyNotReady();
  }

  close(): Promise<void> {
    return this.targets.close();
  }

  private async tryEach(request: ForwardedRequest, deadline: Deadline): Promise<Forwarded> {
    const isRead = request.method === 'GET';
    const targets = this.targets.inTurn();
    let isTriedAgain = false;
    let refusal: UpstreamAnswer | undefined;
    let why = 'no instance is configured';
    for (const target of targets) {
      const attempt = await this.ask(target, request, deadline);
      if ('answer' in attempt) {
        const { answer } = attempt;
        const unserved = whyNotServed(answer, target.url);
        if (unserved !== undefined) {
          why = unserved;
          this.options.onFailure(target.url, why, request);
        } else if (isRead && answer.status === 503) refusal = answer;
        else return { kind: 'answered', answer };
        continue;
      }
      ({ why } = attempt);
      if (attempt.loss === 'timed-out') return { kind: 'unknown', why };
      if (attempt.loss !== 'maybe-served') continue;
      if (!isRead) return { kind: 'unknown', why };
      // An idle connection that was closed during the request looks the same: try once more.
      if (!isTriedAgain) targets.push(target);
      isTriedAgain = true;
    }
    return refusal ? { kind: 'answered', answer: refusal } : { kind: 'not-reached', why };
  }

  private async ask(
    target: Target,
    request: ForwardedRequest,
    deadline: Deadline,
  ): Promise<Attempt> {
    try {
      const { basePath, pool } = target;
      const targetRequest = { ...request, path: basePath + request.path };
      const signed = this.options.signer.sign(targetRequest, basePath);
      return { answer: await exchange(pool, signed, deadline) };
    } catch (error) {
      const why = messageOf(error);
      avoid(target);
      this.options.onFailure(target.url, why, request);
      return { loss: lossOf(error), why };
    }
  }
}
