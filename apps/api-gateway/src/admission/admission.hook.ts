import { sendProblem } from '@backstitch/service-kit';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Admission } from './admission.js';

const CHECKOUT = '/api/checkout';
/** Its key is in the body: while no slot is free, every checkout of a cart is refused. */
const CART_CHECKOUT = '/api/carts/:userId/checkout';

/** Refuses checkouts above the limit before their bodies are read. */
export function registerAdmission(app: NestFastifyApplication): void {
  const admission = app.get(Admission);
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', (request, reply, done) => {
    const { url } = request.routeOptions;
    if (request.method !== 'POST' || (url !== CHECKOUT && url !== CART_CHECKOUT)) return done();
    const key = url === CHECKOUT ? request.headers['idempotency-key']?.toString() : undefined;
    const problem = admission.refusalBeforeBody(key);
    if (!problem) return done();
    request.isQuiet = true;
    sendProblem(reply, problem, request.id);
  });
}
