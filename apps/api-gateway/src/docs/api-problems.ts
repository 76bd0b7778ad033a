import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { ProblemAnswer } from './answers.js';

const text = { type: 'string' } as const;

const RETRY_AFTER = { 'Retry-After': { description: 'Seconds', schema: text } };
export const LOCATION = { Location: { description: '/api/sagas/{sagaId}', schema: text } };
export const REPLAYED = {
  'Idempotent-Replayed': { description: 'true: the answer of an earlier request', schema: text },
};

/** Statuses with Retry-After. */
const WITH_RETRY_AFTER = new Set([409, 429, 503]);

/** The refusals of a route, status by status, as application/problem+json. */
export function ApiProblems(problems: Readonly<Record<number, string>>): MethodDecorator {
  const schema = { $ref: getSchemaPath(ProblemAnswer) };
  const responses = Object.entries(problems).map(([status, description]) =>
    ApiResponse({
      status: Number(status),
      description,
      content: { 'application/problem+json': { schema } },
      ...(WITH_RETRY_AFTER.has(Number(status)) && { headers: RETRY_AFTER }),
    }),
  );
  return applyDecorators(ApiExtraModels(ProblemAnswer), ...responses);
}
