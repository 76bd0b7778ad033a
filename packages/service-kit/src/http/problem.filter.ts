import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { throwError, type Observable } from 'rxjs';
import type { Logger } from '../logger.js';
import type { Problem } from './problem.js';
import { problemOf } from './problem-of.js';
import { noteProblem } from './request-log.js';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json; charset=utf-8';

/**
 * Answers everything thrown on the way of an HTTP request as application/problem+json. What is
 * broken on our side is logged with its stack and not shown to the client. Errors of commands pass
 * through.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): Observable<never> | void {
    if (host.getType() !== 'http') return throwError(() => error);
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const problem = problemOf(error);
    if (problem.options.quiet) request.isQuiet = true;
    else noteProblem(this.logger, problem, error, traced(request));
    if (reply.sent) return;
    sendProblem(reply, problem, request.id);
  }
}

function traced({ id: requestId, url, trace }: FastifyRequest) {
  return { requestId, url, trace };
}

export function sendProblem(reply: FastifyReply, problem: Problem, requestId?: string): void {
  void reply
    .status(problem.status)
    .headers(problem.options.headers ?? {})
    .header('content-type', PROBLEM_MEDIA_TYPE)
    .send(JSON.stringify(problem.document(requestId)));
}
