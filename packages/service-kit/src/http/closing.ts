import type { FastifyInstance } from 'fastify';
import type { Server } from 'node:http';
import type { Server as NetServer, Socket } from 'node:net';

/** Requests under way when the server closes have so long to arrive; then it checks so often. */
const GRACE_MS = 500;
/** Of each connection that was ever worked for: how many of its requests have no answer yet. */
const workedOn = new WeakMap<Server, Map<Socket, number>>();

/**
 * Counts the requests that have arrived in full and have no answer yet, while a client awaits it.
 */
export function countWork(fastify: FastifyInstance): void {
  const unanswered = new Map<Socket, number>();
  workedOn.set(fastify.server, unanswered);
  const arrived = new WeakSet<object>();
  fastify.addHook('preHandler', (request, _reply, done) => {
    const { socket } = request.raw;
    const count = unanswered.get(socket);
    if (!socket.destroyed) {
      arrived.add(request);
      // Of a client that has left, no response is ever said to be sent.
      if (count === undefined) socket.once('close', () => unanswered.delete(socket));
      unanswered.set(socket, (count ?? 0) + 1);
    }
    done();
  });
  fastify.addHook('onResponse', (request, _reply, done) => {
    const { socket } = request.raw;
    const count = unanswered.get(socket);
    if (arrived.delete(request) && count !== undefined) unanswered.set(socket, count - 1);
    done();
  });
}

/**
 * Takes no new connection at any of its addresses, and ends those that are open once nothing is
 * worked on any more. Node.js waits for a connection on which nothing was asked yet, or half of a
 * request, as long as its client likes: no client may delay a shutdown by being silent. Resolves
 * when all connections have ended.
 */
export async function closeListeners(
  server: Server,
  also: readonly NetServer[] = [],
): Promise<void> {
  const check = setInterval(() => {
    const counts = workedOn.get(server)?.values() ?? [];
    if ([...counts].every((count) => count === 0)) server.closeAllConnections();
  }, GRACE_MS);
  check.unref();
  const servers: readonly NetServer[] = [server, ...also];
  await Promise.all(servers.map((each) => new Promise((resolve) => each.close(resolve))));
  clearInterval(check);
}
