import { callerJson } from '@backstitch/auth';
import {
  CHECKOUT_BATCH_BYTES_MAX,
  CHECKOUT_BATCH_PATH,
  encodeCheckoutBatch,
  encodeBatchedCheckout,
  BATCHED_CHECKOUTS_MAX,
} from '@backstitch/shared-types';
import type { Dispatcher } from 'undici';
import type { Deadline } from './deadline.js';
import { exchange, type ForwardedRequest, type UpstreamAnswer } from './exchange.js';
import { BatchExchange, type BatchMember } from './batch-exchange.js';
import type { RequestSigner } from './request-signer.js';

interface Waiting extends BatchMember {
  readonly request: ForwardedRequest;
  readonly encoded: string;
}

/** After a batch was refused: later, the orchestrator may be replaced by one that knows batches. */
const SINGLY_MS = 30_000;

/**
 * Forwards checkouts to one orchestrator. Checkouts of one turn of the event loop share a request.
 * A single checkout is a plain request; there is no timer.
 */
export class CheckoutBatches {
  private waiting: Waiting[] = [];
  private singlyUntilMs = 0;

  constructor(
    private readonly dispatcher: Dispatcher,
    /** The prefix of every path: "" or "/shop". */
    private readonly basePath: string,
    private readonly signer: RequestSigner,
  ) {}

  /**
   * Like `exchange`: each checkout gets its own answer, or the error of the connection or of its
   * deadline.
   */
  ask(request: ForwardedRequest, deadline: Deadline): Promise<UpstreamAnswer> {
    if (performance.now() < this.singlyUntilMs) {
      return exchange(this.dispatcher, this.signed(request), deadline);
    }
    return new Promise((resolve, reject) => {
      const encoded = encodeBatchedCheckout(
        request.headers,
        request.body ?? 'null',
        request.caller && callerJson(request.caller),
      );
      this.waiting.push({ request, encoded, deadline, resolve, reject });
      if (this.waiting.length === 1) setImmediate(() => this.send());
    });
  }

  private send(): void {
    let waiting = this.waiting;
    this.waiting = [];
    while (waiting.length > 0) {
      const count = countFitting(waiting);
      this.sendTogether(waiting.slice(0, count));
      waiting = waiting.slice(count);
    }
  }

  private sendTogether(members: readonly Waiting[]): void {
    if (members.length === 1) return this.sendSingly(members);
    const batch = this.signed({
      method: 'POST',
      path: this.basePath + CHECKOUT_BATCH_PATH,
      headers: { 'content-type': 'application/json' },
      body: encodeCheckoutBatch(members.map(({ encoded }) => encoded)),
    });
    const refused = (left: readonly Waiting[]): void => {
      this.singlyUntilMs = performance.now() + SINGLY_MS;
      this.sendSingly(left);
    };
    this.dispatcher.dispatch(batch, new BatchExchange(members, refused));
  }

  private sendSingly(members: readonly Waiting[]): void {
    for (const { request, deadline, resolve, reject } of members) {
      exchange(this.dispatcher, this.signed(request), deadline).then(resolve, reject);
    }
  }

  private signed(request: ForwardedRequest): ForwardedRequest {
    return this.signer.sign(request, this.basePath);
  }
}

/** How many checkouts, from the first on, fit into one request: at least one, of any size. */
function countFitting(waiting: readonly { readonly encoded: string }[]): number {
  let bytes = 1;
  let count = 0;
  for (const { encoded } of waiting) {
    bytes += Buffer.byteLength(encoded) + 1;
    const isFull = count === BATCHED_CHECKOUTS_MAX || bytes > CHECKOUT_BATCH_BYTES_MAX;
    if (count > 0 && isFull) break;
    count += 1;
  }
  return count;
}
