import { Problem, traceRequest, validationProblem } from '@backstitch/service-kit';
import {
  type CheckoutLine,
  CheckoutRequestDto,
  checkoutLines,
  currencyDigits,
  isUuid,
  newUuid,
  parseIdempotencyKey,
  prefersAsync,
} from '@backstitch/shared-types';
import { Body, Controller, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { OrchestratorConfig } from '../config.js';
import { type AnsweredCheckout, CheckoutHandler } from './checkout.handler.js';

@Controller('checkout')
export class CheckoutController {
  readonly #digits: number;

  constructor(
    @Inject(CheckoutHandler) private readonly handler: CheckoutHandler,
    @Inject(OrchestratorConfig) config: OrchestratorConfig,
  ) {
    this.#digits = currencyDigits(config.CURRENCY);
  }

  @Post()
  async checkout(
    @Body() body: CheckoutRequestDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { headers, id: requestId } = request;
    const sagaId = sagaIdOf(headers['x-saga-id']);
    traceRequest(request, { sagaId });
    const answered = await this.handler.checkout({
      sagaId,
      requestId,
      userId: body.userId,
      lines: linesOf(body, this.#digits),
      key: keyOf(headers['idempotency-key']),
      async: prefersAsync(headers.prefer?.toString()),
      // The gateway sheds load: it passes on what may be a replay, and nothing new.
      replayOnly: headers['x-replay-only'] === 'true',
    });
    send(answered, request, reply);
  }
}

/** The ids go beside the body too, for whoever forwards it without reading it. */
function send(answered: AnsweredCheckout, request: FastifyRequest, reply: FastifyReply): void {
  const { sagaId, orderId, answer } = answered;
  traceRequest(request, { sagaId, orderId });
  const headers = { 'x-saga-id': sagaId, 'x-order-id': orderId, ...answer.headers };
  if (answer.kind === 'body') {
    void reply.status(answer.status).headers(headers).send(answer.body);
    return;
  }
  const { code, detail, errors } = answer;
  throw new Problem(code, detail, {
    headers,
    extensions: { orderId, sagaId },
    ...(errors && { errors }),
  });
}

function linesOf(body: CheckoutRequestDto, digits: number): CheckoutLine[] {
  const result = checkoutLines(body, digits);
  if ('problems' in result) throw validationProblem(result.problems);
  return result.lines;
}

function sagaIdOf(header: string | string[] | undefined): string {
  if (header === undefined) return newUuid();
  if (typeof header === 'string' && isUuid(header)) return header.toLowerCase();
  throw validationProblem([{ field: 'x-saga-id', message: 'x-saga-id must be a UUID' }]);
}

function keyOf(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const key = typeof header === 'string' ? parseIdempotencyKey(header) : undefined;
  if (key !== undefined) return key;
  throw new Problem('INVALID_IDEMPOTENCY_KEY');
}
