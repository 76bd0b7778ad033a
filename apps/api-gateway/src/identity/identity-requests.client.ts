import type { InternalKeys } from '@backstitch/auth';
import type { Pool } from 'undici';
import { Deadline } from '../orchestrators/deadline.js';
import { exchange, type ForwardedRequest, type UpstreamAnswer } from '../orchestrators/exchange.js';
import { lossOf } from '../orchestrators/lost-request.js';
import { RequestSigner } from '../orchestrators/request-signer.js';
import { targetOf } from '../orchestrators/targets.client.js';

export interface IdentityRequestsOptions {
  /** Where identity-service is. */
  url: string;
  keys: InternalKeys;
  connectTimeoutMs: number;
}

const CONNECTIONS_MAX = 16;

/** Signed requests of the gateway itself to identity-service, over keep-alive connections. */
export class IdentityRequests {
  /** Without user and password. */
  readonly url: string;
  private readonly basePath: string;
  private readonly pool: Pool;
  private readonly signer: RequestSigner;

  constructor({ url, keys, connectTimeoutMs }: IdentityRequestsOptions) {
    const terms = { connectionsMax: CONNECTIONS_MAX, connectTimeoutMs };
    ({ url: this.url, basePath: this.basePath, pool: this.pool } = targetOf(url, terms));
    this.signer = new RequestSigner(keys);
  }

  /** The JSON of the answer. Rejects when there is none with the status 200 in time. */
  async post(path: string, body: object, timeoutMs: number): Promise<unknown> {
    const headers = { 'content-type': 'application/json' };
    const text = JSON.stringify(body);
    const plain = { method: 'POST', path: this.basePath + path, headers, body: text } as const;
    const deadline = new Deadline(timeoutMs);
    try {
      const signed = this.signer.sign(plain, this.basePath);
      const answer = await this.exchange(signed, deadline);
      if (answer.status !== 200) throw new Error(`${path} was answered by ${answer.status}`);
      return JSON.parse(answer.body.toString('utf8')) as unknown;
    } finally {
      deadline.clear();
    }
  }

  private async exchange(request: ForwardedRequest, deadline: Deadline): Promise<UpstreamAnswer> {
    try {
      return await exchange(this.pool, request, deadline);
    } catch (error) {
      if (lossOf(error) !== 'maybe-served') throw error;
      // An idle connection that was closed during the request looks the same. A repeat is harmless.
      return exchange(this.pool, request, deadline);
    }
  }

  /** Requests that have no answer yet fail. */
  async close(): Promise<void> {
    await this.pool.destroy();
  }
}
