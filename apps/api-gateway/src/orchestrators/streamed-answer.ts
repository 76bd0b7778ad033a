import type { Dispatcher } from 'undici';
import type { ForwardedRequest, UpstreamAnswer } from './exchange.js';

/** An answer whose body goes on, or the whole answer when it is no stream. */
export type StreamedAnswer =
  | { kind: 'stream'; body: AsyncIterable<Buffer> }
  | { kind: 'answered'; answer: UpstreamAnswer };

/**
 * Sends a request whose answer goes on. It rejects when the head of the answer is not there in time;
 * the signal ends it at any time.
 */
export async function openStream(
  dispatcher: Dispatcher,
  { method, path, headers }: ForwardedRequest,
  { signal, headTimeoutMs }: { signal: AbortSignal; headTimeoutMs: number },
): Promise<StreamedAnswer> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error('no answer in time')), headTimeoutMs);
  try {
    const answer = await dispatcher.request({
      method,
      path,
      headers,
      signal: AbortSignal.any([signal, late.signal]),
    });
    const { statusCode: status, body } = answer;
    const isStream = String(answer.headers['content-type']).startsWith('text/event-stream');
    if (status === 200 && isStream) return { kind: 'stream', body };
    const whole = Buffer.from(await body.arrayBuffer());
    return { kind: 'answered', answer: { status, headers: answer.headers, body: whole } };
  } finally {
    clearTimeout(timer);
  }
}
