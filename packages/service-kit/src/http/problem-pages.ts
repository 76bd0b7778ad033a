import negotiate from '@fastify/accept-negotiator';
import { ERROR_CODES } from '@backstitch/shared-types';
import type { FastifyInstance } from 'fastify';
import { existsSync, readFileSync } from 'node:fs';
import { errorExplanations } from './error-explanations.js';
import { Problem } from './problem.js';
import { sendProblem } from './problem.filter.js';
import { problemPageHtml, problemPageText } from './problem-page.js';

/**
 * The build puts a copy of docs/errors.md beside the code; without one, the original is read.
 */
const PLACES = ['../errors.md', '../../../../docs/errors.md'];

/**
 * GET /problems/<code>: what the `type` of every problem document leads to (RFC 9457, 3.1.1), as
 * HTML or as plain text, whichever the client prefers.
 */
export function serveProblemPages(fastify: FastifyInstance): void {
  const explanations = errorExplanations(errorsPage());
  fastify.get<{ Params: { code: string } }>('/problems/:code', (request, reply) => {
    const code = request.params.code.toUpperCase();
    const explanation = code in ERROR_CODES ? explanations.get(code) : undefined;
    if (!explanation) return sendProblem(reply, new Problem('ROUTE_NOT_FOUND'), request.id);
    const accept = request.headers.accept ?? '*/*';
    const isHtml = negotiate(accept, ['text/plain', 'text/html']) === 'text/html';
    const page = isHtml ? problemPageHtml(explanation) : problemPageText(explanation);
    void reply
      .header('content-type', `${isHtml ? 'text/html' : 'text/plain'}; charset=utf-8`)
      .header('vary', 'accept')
      .send(page);
  });
}

function errorsPage(): string {
  const files = PLACES.map((place) => new URL(place, import.meta.url));
  const file = files.find((each) => existsSync(each));
  if (!file) throw new Error('errors.md is missing: build @backstitch/service-kit again');
  return readFileSync(file, 'utf8');
}
