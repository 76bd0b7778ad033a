import { sendProblem } from '@backstitch/service-kit';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Admission } from './admission.js';

const CHECKOUT = '/api/checkout';

/** Refuses checkouts above the limit before their bodies are read. */
export function registerAdmission(app: NestFastifyApplication): void {
  const admission = app.get(Admission);
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', (request, reply, done) => {
    if (request.method !== 'POST' || request.routeOptions.url !== CHECKOUT) return done();
    const problem = admission.refusalBeforeBody(request.headers['idempotency-key']?.toString());
    if (!problem) return done();
    request.isQuiet = true;
    sendProblem(reply, problem, request.id);
  });
}
