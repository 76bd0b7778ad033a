import { applyDecorators, type Type } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse } from '@nestjs/swagger';
import { ApiProblems } from '../docs/api-problems.js';

type Problems = Readonly<Record<number, string>>;

interface ForwardedRoute {
  summary: string;
  /** What identity-service validates. Without one there is no body. */
  body?: Type;
  status: number;
  answer?: Type;
  description: string;
  problems?: Problems;
}

const OF_ALL: Problems = {
  429: 'Too many requests',
  503: 'identity-service does not answer, or is busy',
};
const OF_BODIES: Problems = {
  400: 'Not valid: errors[] names each field',
  413: 'The body is over 16 KB',
};

/** Documents a route that identity-service serves. */
export function ForwardedRoute(route: ForwardedRoute): MethodDecorator {
  const { summary, body, status, answer, description, problems } = route;
  return applyDecorators(
    ApiOperation({ summary }),
    ...(body ? [ApiBody({ type: body })] : []),
    ApiResponse({ status, description, ...(answer && { type: answer }) }),
    ApiProblems({ ...(body ? OF_BODIES : {}), ...OF_ALL, ...problems }),
  );
}
