import { validationProblem } from '@backstitch/service-kit';
import {
  CHECKOUT_BATCH_MEDIA_TYPE,
  CHECKOUT_BATCH_PATH,
  encodeBatchedAnswer,
  BATCHED_CHECKOUTS_MAX,
  readCheckoutBatch,
} from '@backstitch/shared-types';
import { Body, Controller, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BatchedCheckoutHandler } from './batched-checkout.handler.js';
import { GatheredLines } from './gathered-lines.js';

/** Proxies pass each answer on as it comes. */
const STREAM = {
  'content-type': CHECKOUT_BATCH_MEDIA_TYPE,
  'cache-control': 'no-transform',
  'x-accel-buffering': 'no',
};

/** Checkouts that a gateway passes on together; the answer to each leaves when it is there. */
@Controller(CHECKOUT_BATCH_PATH)
export class CheckoutBatchController {
  constructor(@Inject(BatchedCheckoutHandler) private readonly handler: BatchedCheckoutHandler) {}

  @Post()
  async batch(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const checkouts = readCheckoutBatch(body);
    if (!checkouts) {
      const message = `the body must be a list of 1 to ${BATCHED_CHECKOUTS_MAX} checkouts`;
      throw validationProblem([{ field: 'body', message }]);
    }
    request.isQuiet = true; // each of them has a line of its own
    reply.hijack();
    reply.raw.writeHead(200, STREAM);
    const lines = new GatheredLines(reply.raw);
    const answering = checkouts.map(async (checkout, n) => {
      const answer = await this.handler.answer(checkout);
      lines.write(encodeBatchedAnswer(n, answer.status, answer.headers, answer.body));
    });
    // In every case the gateway is told at once that no more answers will come.
    await Promise.allSettled(answering);
    lines.end();
  }
}
