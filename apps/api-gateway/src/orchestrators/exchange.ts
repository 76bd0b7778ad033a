import type { Caller } from '@backstitch/auth';
import type { Dispatcher } from 'undici';
import type { Deadline } from './deadline.js';

export interface ForwardedRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  headers: Record<string, string>;
  /** Who sends it. Undefined for public data, and for requests of the gateway itself. */
  caller?: Caller;
  body?: string;
  /** It is not sent to another orchestrator when this one may have served it. */
  isSentOnce?: true;
}

/** The answer of an orchestrator; its body is unchanged. */
export interface UpstreamAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

/**
 * Sends a request and resolves with its whole answer. Rejects with the error of the deadline or of
 * the connection. It uses dispatch() of undici directly: a stream for each body and a signal for
 * each request would cost more than all the rest.
 */
export function exchange(
  dispatcher: Dispatcher,
  { method, path, headers, body }: ForwardedRequest,
  deadline: Deadline,
): Promise<UpstreamAnswer> {
  return new Promise((resolve, reject) => {
    const options = { method, path, headers, body: body ?? null };
    dispatcher.dispatch(options, new Exchange(deadline, resolve, reject));
  });
}

class Exchange implements Dispatcher.DispatchHandler {
  private answer: Omit<UpstreamAnswer, 'body'> | undefined;
  private readonly chunks: Buffer[] = [];

  constructor(
    private readonly deadline: Deadline,
    private readonly resolve: (answer: UpstreamAnswer) => void,
    private readonly reject: (error: Error) => void,
  ) {}

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.deadline.ends((reason) => controller.abort(reason));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: UpstreamAnswer['headers'],
  ): void {
    if (status >= 200) this.answer = { status, headers };
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.deadline.ends(undefined);
    const chunks = this.chunks;
    const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
    if (this.answer) this.resolve({ body, ...this.answer });
    else this.reject(new Error('an answer without a status'));
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.deadline.ends(undefined);
    this.reject(error);
  }
}
