import { readJson } from '@backstitch/shared-types';
import type { FastifyInstance } from 'fastify';
import { Problem } from './problem.js';

/** Nest would turn what Fastify's parser throws into the same exception as a validation error. */
export function acceptJsonOnly(fastify: FastifyInstance, nestedMax: number): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer' },
    (request, body, done) => {
      const refusal = request.bodyRefusal?.(body);
      if (refusal) return done(refusal);
      request.bodyRefusal = null;
      const read = readJson(body, nestedMax);
      if ('value' in read) done(null, read.value);
      else done(new Problem('MALFORMED_BODY', `The body cannot be read: ${read.problem}`));
    },
  );
}
