import type { LogLines } from '@backstitch/shared-types';
import type { FastifyInstance } from 'fastify';
import { Problem } from '../http/problem.js';
import { sendProblem } from '../http/problem.filter.js';
import { INSTANCE_ID } from '../instance-id.js';
import { hasToken } from '../ops-token.js';
import { keptLines } from './kept-lines.js';
import { lineFilter } from './line-filter.js';

const KEPT_BYTES = 16 * 1_048_576;
const LINES_MAX = 500;

/** GET /logs, for orchestrators. Without the token, the address does not exist and nothing is kept. */
export function serveLogs(fastify: FastifyInstance, app: string, token: string | undefined): void {
  if (token === undefined) return;
  keptLines.keep(KEPT_BYTES);
  const isKnown = hasToken(token);
  fastify.get('/logs', async (request, reply) => {
    if (!isKnown(request)) {
      return sendProblem(reply, new Problem('ROUTE_NOT_FOUND'), request.id);
    }
    request.isQuiet = true;
    const filter = lineFilter(request.query as Record<string, unknown>);
    if (!filter) {
      const problem = new Problem('VALIDATION_FAILED', 'A parameter cannot be read');
      return sendProblem(reply, problem, request.id);
    }
    const found = await keptLines.search(filter, LINES_MAX);
    return reply.send({ app, instanceId: INSTANCE_ID, ...found } satisfies LogLines);
  });
}
