import type { FastifyRequest } from 'fastify';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Problem } from './problem.js';

/**
 * Serves a request with an Expect header as any other one. Node would ask for the body at once, and
 * refuse another expectation past the log and the limits. The client is told to go on when its body
 * is read: by then nothing that is known without it speaks against the request.
 */
export function takeExpectations(server: Server): void {
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    server.emit('request', request, response);
  };
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    request.once('resume', () => {
      // What is only thrown away after the answer is read, too.
      if (!response.headersSent) response.writeContinue();
    });
    serve(request, response);
  });
  server.on('checkExpectation', serve);
}

/** RFC 9110, 10.1.1: there is one expectation; HTTP/1.0 has none. */
export function refusalOfExpectation({ headers, raw }: FastifyRequest): Problem | undefined {
  const { expect } = headers;
  if (expect === undefined || raw.httpVersion === '1.0') return undefined;
  if (expect.trim().toLowerCase() === '100-continue') return undefined;
  const detail = 'The only expectation that is met here is 100-continue';
  // A body may follow, and it will not be read.
  return new Problem('EXPECTATION_FAILED', detail, { headers: { connection: 'close' } });
}
