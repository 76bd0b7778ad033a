import cors, { type FastifyCorsOptions } from '@fastify/cors';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** What a page of another origin may send and read: the headers that this API knows. */
const ALLOWED: FastifyCorsOptions = {
  origin: true,
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
  // An access token, and no cookie: that needs `credentials`, which is off.
  allowedHeaders: [
    'authorization',
    'content-type',
    'idempotency-key',
    'if-none-match',
    'prefer',
    'x-request-id',
  ],
  exposedHeaders: [
    'allow',
    'etag',
    'idempotent-replayed',
    'link',
    'location',
    'preference-applied',
    'retry-after',
    'www-authenticate',
    'x-request-id',
  ],
  // What Chromium keeps a preflight's answer for at most.
  maxAge: 7_200,
};
const REFUSED: FastifyCorsOptions = { origin: false };

/** Lets pages of these origins call the API. Every other request is answered as without it. */
export async function allowOrigins(
  fastify: FastifyInstance,
  origins: readonly string[],
): Promise<void> {
  const isAllowed = ({ method, headers }: FastifyRequest): boolean =>
    origins.includes(headers.origin ?? '') &&
    (method !== 'OPTIONS' || headers['access-control-request-method'] !== undefined);
  await fastify.register(cors, {
    delegator: (request, done) => done(null, isAllowed(request) ? ALLOWED : REFUSED),
  });
}
