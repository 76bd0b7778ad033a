import { chaosPushFrom } from '@backstitch/shared-types';
import type { FastifyInstance } from 'fastify';
import { Problem } from '../http/problem.js';
import { sendProblem } from '../http/problem.filter.js';
import { hasToken } from '../ops-token.js';
import type { ChaosSettings } from './chaos-settings.js';

export interface ChaosRoute {
  settings: ChaosSettings;
  /** Undefined: there is no such route. */
  token: string | undefined;
}

/** PUT /chaos, for orchestrators. Without the token, the address does not exist. */
export function serveChaos(fastify: FastifyInstance, { settings, token }: ChaosRoute): void {
  if (token === undefined) return;
  const isKnown = hasToken(token);
  fastify.put('/chaos', (request, reply) => {
    if (!isKnown(request)) {
      return sendProblem(reply, new Problem('ROUTE_NOT_FOUND'), request.id);
    }
    request.isQuiet = true; // every two seconds while something is set
    const push = chaosPushFrom(request.body);
    if (!push) {
      const problem = new Problem('VALIDATION_FAILED', 'The body must be a push of chaos settings');
      return sendProblem(reply, problem, request.id);
    }
    settings.take(push);
    return reply.send(settings.applied());
  });
}
