import { type Dispatcher, Pool } from 'undici';
import type { Checkout } from './basket.js';

export interface LoadOutcome {
  /** From the first request to the last answer. */
  seconds: number;
  /** Latency of every request that was answered 200, ascending. */
  latenciesMs: readonly number[];
  /** Everything else, by status or by the error's code. */
  failed: Record<string, number>;
  failure?: string;
}

const FAILURE_LENGTH_MAX = 300;
/** A server that stops answering must not keep the benchmark for ever. */
const ANSWER_WITHIN_MS = 60_000;

export function headersOf({ token }: Checkout): Record<string, string> {
  const type = { 'content-type': 'application/json' };
  return token === undefined ? type : { ...type, authorization: `Bearer ${token}` };
}

/** Where a load buys: keeps count of the answers, on so many connections. */
export class Shop {
  private readonly pool: Pool;
  private readonly path: string;
  private readonly latencies: number[] = [];
  private readonly failed: Record<string, number> = {};
  private failure: string | undefined;
  private readonly openedAtMs = performance.now();

  constructor(url: string, connections: number) {
    const { origin, pathname } = new URL(url);
    this.path = pathname;
    this.pool = new Pool(origin, {
      connections,
      pipelining: 1,
      headersTimeout: ANSWER_WITHIN_MS,
      bodyTimeout: ANSWER_WITHIN_MS,
    });
  }

  /** Never rejects. The latency counts from the moment the buyer came, which may be a while ago. */
  async buy(checkout: Checkout, cameAtMs = performance.now()): Promise<void> {
    const { body } = checkout;
    const headers = headersOf(checkout);
    const asked = { method: 'POST', path: this.path, headers, body } as const;
    try {
      const { status, text } = await new Promise<Answer>((resolve, reject) => {
        this.pool.dispatch(asked, new Answering(resolve, reject));
      });
      if (status === 200) this.latencies.push(performance.now() - cameAtMs);
      else this.fail(String(status), text);
    } catch (error) {
      this.fail((error as NodeJS.ErrnoException).code ?? 'error', String(error));
    }
  }

  /** After the last answer. */
  async close(): Promise<LoadOutcome> {
    const seconds = (performance.now() - this.openedAtMs) / 1000;
    await this.pool.close();
    const latenciesMs = this.latencies.toSorted((one, other) => one - other);
    const { failed, failure } = this;
    return { seconds, latenciesMs, failed, ...(failure !== undefined && { failure }) };
  }

  private fail(kind: string, text: string): void {
    this.failed[kind] = (this.failed[kind] ?? 0) + 1;
    this.failure = text.slice(0, FAILURE_LENGTH_MAX);
  }
}

interface Answer {
  status: number;
  text: string;
}

/**
 * Only what undici does for any request. The load shares the processors with the systems, and the
 * stream that `request` makes of each answer took longer than all the rest of it.
 */
class Answering implements Dispatcher.DispatchHandler {
  private status = 0;
  private text = '';

  constructor(
    private readonly resolve: (answer: Answer) => void,
    private readonly reject: (error: Error) => void,
  ) {}

  onRequestStart(): void {
    // Nothing is ever broken off.
  }

  onResponseStart(_controller: unknown, status: number): void {
    this.status = status;
  }

  onResponseData(_controller: unknown, piece: Buffer): void {
    this.text += piece.toString();
  }

  onResponseEnd(): void {
    this.resolve({ status: this.status, text: this.text });
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.reject(error);
  }
}
