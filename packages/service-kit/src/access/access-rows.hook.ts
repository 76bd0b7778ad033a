import type { AccessRows } from '@backstitch/auth';
import type { FastifyInstance } from 'fastify';

/** Throws when a route that is registered later has no row in the access table. */
export function demandRows(fastify: FastifyInstance, rows: AccessRows): void {
  fastify.addHook('onRoute', ({ method, url }) => {
    if (url === '*') return; // preflights
    const missing = [method].flat().find((one) => !rows.find(one, url));
    if (missing !== undefined) throw new Error(`the access table has no row for ${missing} ${url}`);
  });
}
