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

interface Waiting extends BatchMember {
  readonly request: ForwardedRequest;
  readonly encoded: string;
}

/** After a batch was refused: an orchestrator that knows none may be replaced by one that does. */
const SINGLY_MS = 30_000;

/**
 * Passes checkouts on to one orchestrator, those that come in the same turn of the event loop in one
 * request. One that comes alone is the plain request that it is; nothing waits for a timer.
 */
export class CheckoutBatches {
  private waiting: Waiting[] = [];
  private singlyUntilMs = 0;

  constructor(
    private readonly dispatcher: Dispatcher,
    /** What stands before every path: "" or "/shop". */
    private readonly basePath: string,
  ) {}

  /** As `exchange`: to each its own answer, or what happened to the connection or its deadline. */
  ask(request: ForwardedRequest, deadline: Deadline): Promise<UpstreamAnswer> {
    if (performance.now() < this.singlyUntilMs) {
      return exchange(this.dispatcher, request, deadline);
    }
    return new Promise((resolve, reject) => {
      const encoded = encodeBatchedCheckout(request.headers, request.body ?? 'null');
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
    const options = {
      method: 'POST',
      path: this.basePath + CHECKOUT_BATCH_PATH,
      headers: { 'content-type': 'application/json' },
      body: encodeCheckoutBatch(members.map(({ encoded }) => encoded)),
    } as const;
    const refused = (left: readonly Waiting[]): void => {
      this.singlyUntilMs = performance.now() + SINGLY_MS;
      this.sendSingly(left);
    };
    this.dispatcher.dispatch(options, new BatchExchange(members, refused));
  }

  private sendSingly(members: readonly Waiting[]): void {
    for (const { request, deadline, resolve, reject } of members) {
      exchange(this.dispatcher, request, deadline).then(resolve, reject);
    }
  }
}

/** How many of these, from the first on, go in one request: one at least, whatever its size. */
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
