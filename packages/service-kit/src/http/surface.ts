import type { FastifyInstance } from 'fastify';
import { AllowedHosts, type HostRules } from './allowed-hosts.js';
import { sendProblem } from './problem.filter.js';
import { REQUEST_ID_HEADER } from './request-id.js';

export interface Surface {
  hosts: HostRules;
  /** On every answer; a route may override them. */
  headers: Readonly<Record<string, string>>;
}

/** Before all other hooks: the headers of every answer, and the hosts that are answered to. */
export function guardSurface(fastify: FastifyInstance, { hosts, headers }: Surface): void {
  const allowed = new AllowedHosts(hosts);
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers);
    const refusal = allowed.refusalOf(request);
    if (!refusal) return done();
    reply.header(REQUEST_ID_HEADER, request.id);
    sendProblem(reply, refusal, request.id);
  });
}
