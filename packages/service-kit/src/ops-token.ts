import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';

/** Whether a request has this token. It takes equally long for every other one. */
export function hasToken(token: string): (request: FastifyRequest) => boolean {
  const expected = digestOf(`Bearer ${token}`);
  return ({ headers }) => timingSafeEqual(digestOf(headers.authorization ?? ''), expected);
}

/** Of one length, so that the comparison takes equally long. */
function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
