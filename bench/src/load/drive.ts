import { Pool } from 'undici';

export interface Load {
  /** Takes POSTed checkouts. */
  url: string;
  /** Requests kept in flight, each on a connection of its own. */
  inFlight: number;
  seconds: number;
  body: () => string;
  /** Ends the load early; what is in flight is still awaited. */
  signal: AbortSignal;
}

export interface LoadOutcome {
  /** From the first request to the last answer. */
  seconds: number;
  /** Latency of every request that was answered 200, ascending. */
  latenciesMs: Float64Array;
  /** Everything else, by status or by the error's code. */
  failed: Record<string, number>;
  failure?: string;
}

const FAILURE_LENGTH_MAX = 300;
/** A server that stops answering must not keep the benchmark for ever. */
const ANSWER_WITHIN_MS = 60_000;

/** Buys, so many at a time, for so long; every buyer asks again as soon as it has its answer. */
export async function drive({ url, inFlight, seconds, body, signal }: Load): Promise<LoadOutcome> {
  const { origin, pathname: path } = new URL(url);
  const pool = new Pool(origin, {
    connections: inFlight,
    pipelining: 1,
    headersTimeout: ANSWER_WITHIN_MS,
    bodyTimeout: ANSWER_WITHIN_MS,
  });
  const headers = { 'content-type': 'application/json' };
  const latencies: number[] = [];
  const outcome: Pick<LoadOutcome, 'failed' | 'failure'> = { failed: {} };
  const fail = (kind: string, text: string) => {
    outcome.failed[kind] = (outcome.failed[kind] ?? 0) + 1;
    outcome.failure = text.slice(0, FAILURE_LENGTH_MAX);
  };

  const buy = async () => {
    const askedAtMs = performance.now();
    try {
      const answer = await pool.request({ method: 'POST', path, headers, body: body() });
      const text = await answer.body.text();
      if (answer.statusCode === 200) latencies.push(performance.now() - askedAtMs);
      else fail(String(answer.statusCode), text);
    } catch (error) {
      fail((error as NodeJS.ErrnoException).code ?? 'error', String(error));
    }
  };

  const startMs = performance.now();
  const endMs = startMs + seconds * 1000;
  const buyer = async () => {
    while (performance.now() < endMs && !signal.aborted) await buy();
  };
  await Promise.all(Array.from({ length: inFlight }, buyer));
  const tookSeconds = (performance.now() - startMs) / 1000;
  await pool.close();
  const latenciesMs = Float64Array.from(latencies).sort();
  return { seconds: tookSeconds, latenciesMs, ...outcome };
}
