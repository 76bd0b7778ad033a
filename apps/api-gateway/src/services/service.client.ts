import { Pool } from 'undici';
import { Deadline } from '../orchestrators/deadline.js';
import { exchange, type ForwardedRequest, type UpstreamAnswer } from '../orchestrators/exchange.js';
import { type Loss, lossOf } from '../orchestrators/lost-request.js';
import { whyNotServed } from '../orchestrators/not-served.js';
import type { Forwarded } from '../orchestrators/orchestrators.client.js';
import type { RequestSigner } from '../orchestrators/request-signer.js';

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

interface Target {
  /** Without user and password, which must not be logged. */
  url: string;
  /** The prefix of every path: "" or "/shop". */
  basePath: string;
  pool: Pool;
  /** Until then it is tried last, by performance.now(). */
  avoidedUntilMs: number;
}

type Attempt = { answer: UpstreamAnswer } | { loss: Loss; why: string };

const AVOIDED_MS = 1_000;
const CONNECTIONS_MAX = 256;

/**
 * Sends requests to the instances of one service in turn, over keep-alive connections. A read that
 * fails on one instance is tried on the next one. Any other request is tried on the next one only if
 * it was certainly not served.
 */
export class ServiceClient {
  private readonly targets: Target[];
  private turn = 0;

  constructor(private readonly options: ServiceClientOptions) {
    this.targets = options.urls.map((url) => targetOf(url, options.connectTimeoutMs));
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
  async whyNotReady(): Promise<string | undefined> {
    const reasons = await Promise.all(this.targets.map((target) => this.whyTargetNotReady(target)));
    return reasons.includes(undefined) ? undefined : reasons.join('; ');
  }

  async close(): Promise<void> {
    await Promise.all(this.targets.map(({ pool }) => pool.close()));
  }

  private async tryEach(request: ForwardedRequest, deadline: Deadline): Promise<Forwarded> {
    const isRead = request.method === 'GET';
    const targets = this.inTurn();
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
      target.avoidedUntilMs = performance.now() + AVOIDED_MS;
      this.options.onFailure(target.url, why, request);
      return { loss: lossOf(error), why };
    }
  }

  private async whyTargetNotReady({ url, basePath, pool }: Target): Promise<string | undefined> {
    const deadline = new Deadline(this.options.timeoutMs);
    const request = { method: 'GET', path: `${basePath}/health/ready`, headers: {} } as const;
    try {
      const { status, body } = await exchange(pool, request, deadline);
      return status === 200 ? undefined : `${url}: ${status} ${body.toString('utf8')}`;
    } catch (error) {
      // The failure is the result here and is not logged: probes come every few seconds.
      return `${url}: ${messageOf(error)}`;
    } finally {
      deadline.clear();
    }
  }

  /** Round robin; those that failed recently come last. */
  private inTurn(): Target[] {
    const nowMs = performance.now();
    this.turn = (this.turn + 1) % this.targets.length;
    const round = [...this.targets.slice(this.turn), ...this.targets.slice(0, this.turn)];
    const isAvoided = ({ avoidedUntilMs }: Target) => avoidedUntilMs > nowMs;
    return [...round.filter((each) => !isAvoided(each)), ...round.filter(isAvoided)];
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}

function targetOf(url: string, connectTimeoutMs: number): Target {
  const { origin, pathname } = new URL(url);
  const basePath = pathname.replace(/\/+$/, '');
  const pool = new Pool(origin, {
    connections: CONNECTIONS_MAX,
    // The deadline of the whole request is exact; these timeouts could be late by a second.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: connectTimeoutMs },
  });
  return { url: origin + basePath, basePath, pool, avoidedUntilMs: 0 };
}
