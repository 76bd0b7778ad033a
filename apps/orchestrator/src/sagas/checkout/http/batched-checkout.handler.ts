import {
  httpValidationPipe,
  type Logger,
  noteProblem,
  noteRequest,
  PROBLEM_MEDIA_TYPE,
  type Problem,
  problemOf,
  requestIdOf,
  type TraceFields,
} from '@backstitch/service-kit';
import { type BatchedCheckout, ForwardedCheckoutDto } from '@backstitch/shared-types';
import type { CheckoutHandler } from '../checkout.handler.js';
import { replyOf } from './checkout-reply.js';
import { callerOfMember } from '../../../host/callers/request-caller.js';
import { checkoutRequestOf, sagaIdOf, withUserId } from './checkout-request.js';

/** What would be the whole of its HTTP answer. */
export interface BatchedReply {
  status: number;
  headers: Record<string, string>;
  /** JSON. */
  body: string;
}

export interface BatchedCheckoutOptions {
  checkouts: Pick<CheckoutHandler, 'checkout'>;
  logger: Logger;
  /** Decimal digits of the currency. */
  digits: number;
  /** A checkout without a caller is refused. */
  requiresCaller: boolean;
}

const URL = '/checkout';
const JSON_MEDIA_TYPE = 'application/json; charset=utf-8';
const BODY = { type: 'body', metatype: ForwardedCheckoutDto } as const;

/** Serves a checkout that came in a batch: validated, answered, logged and counted as one alone. */
export class BatchedCheckoutHandler {
  private readonly validation = httpValidationPipe();

  constructor(private readonly options: BatchedCheckoutOptions) {}

  /** Never rejects: an error becomes the problem in the answer. */
  async answer(batched: BatchedCheckout): Promise<BatchedReply> {
    const startedAtMs = performance.now();
    const requestId = requestIdOf(batched.headers);
    const trace: TraceFields = {};
    const answering = this.checkout(batched, requestId, trace);
    const { reply, isQuiet } = await answering.then(
      (done) => ({ reply: done, isQuiet: false }),
      (error: unknown) => this.failed(error, requestId, trace),
    );
    const { status } = reply;
    const ms = performance.now() - startedAtMs;
    const asked = { requestId, method: 'POST', route: URL, url: URL };
    noteRequest(this.options.logger, { status, ms, trace, isQuiet, ...asked });
    return reply;
  }

  private async checkout(
    batched: BatchedCheckout,
    requestId: string,
    trace: TraceFields,
  ): Promise<BatchedReply> {
    const { checkouts, digits, requiresCaller } = this.options;
    const { headers } = batched;
    const caller = callerOfMember(batched.caller, requiresCaller);
    const body = withUserId(batched.body, caller);
    const dto = (await this.validation.transform(body, BODY)) as ForwardedCheckoutDto;
    const sagaId = sagaIdOf(headers);
    trace.sagaId = sagaId;
    const asked = checkoutRequestOf({ sagaId, requestId, headers, caller, body: dto, digits });
    const answered = await checkouts.checkout(asked);
    trace.sagaId = answered.sagaId;
    trace.orderId = answered.orderId;
    const reply = replyOf(answered);
    reply.headers['content-type'] = JSON_MEDIA_TYPE;
    return { status: reply.status, headers: reply.headers, body: JSON.stringify(reply.body) };
  }

  private failed(error: unknown, requestId: string, trace: TraceFields) {
    const problem = problemOf(error);
    const isQuiet = problem.options.quiet === true;
    if (!isQuiet) noteProblem(this.options.logger, problem, error, { requestId, url: URL, trace });
    return { reply: replyOfProblem(problem, requestId), isQuiet };
  }
}

function replyOfProblem(problem: Problem, requestId: string): BatchedReply {
  return {
    status: problem.status,
    headers: { ...problem.options.headers, 'content-type': PROBLEM_MEDIA_TYPE },
    body: JSON.stringify(problem.document(requestId)),
  };
}
