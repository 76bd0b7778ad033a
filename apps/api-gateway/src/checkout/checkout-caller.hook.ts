import type { FastifyInstance } from 'fastify';
import { withUserId } from './checkout-caller.js';

const CHECKOUT = '/api/checkout';

/** With a token, a checkout may leave out its userId. The body is validated after this. */
export function registerCheckoutCaller(fastify: FastifyInstance): void {
  fastify.addHook('preValidation', (request, _reply, done) => {
    if (request.method === 'POST' && request.routeOptions.url === CHECKOUT) {
      request.body = withUserId(request.body, request.caller);
    }
    done();
  });
}
