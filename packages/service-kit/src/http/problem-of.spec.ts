import { describe, expect, it } from '@jest/globals';
import { Fault } from '@backstitch/shared-types';
import { BadRequestException, HttpException, NotFoundException } from '@nestjs/common';
import { DatabaseAway } from '../database/database-fault.js';
import { Problem, validationProblem } from './problem.js';
import { problemOf } from './problem-of.js';

function fastifyError(code: string, statusCode: number): Error {
  return Object.assign(new Error('of Fastify'), { code, statusCode });
}

function postgresError(code: string): Error {
  return Object.assign(new Error('of PostgreSQL'), { code });
}

describe('problemOf', () => {
  it.each([
    ['a bad content type', fastifyError('FST_ERR_CTP_INVALID_MEDIA_TYPE', 415), 400],
    ['a body too large', fastifyError('FST_ERR_CTP_BODY_TOO_LARGE', 413), 413],
    ['an empty body', fastifyError('FST_ERR_CTP_EMPTY_JSON_BODY', 400), 400],
    ['an unreadable address', fastifyError('FST_ERR_BAD_URL', 400), 404],
    ['an address too long', fastifyError('FST_ERR_MAX_PARAM_LENGTH', 414), 404],
    ['a body that broke off', Object.assign(new Error('aborted'), { statusCode: 400 }), 400],
    ['a file outside', Object.assign(new Error('Forbidden'), { statusCode: 403 }), 404],
    ['an unknown route', new NotFoundException('Cannot GET /x'), 404],
    ['a refusal of Nest', new BadRequestException('page must be a number'), 400],
    ['too many requests', new HttpException('ThrottlerException', 429), 429],
    ['a database that is away', new DatabaseAway('orders', new Error('x')), 503],
    ['a connection that the database ended', postgresError('57P01'), 503],
    ['a lost connection', new Error('Connection terminated unexpectedly'), 503],
    ['a row that is locked for too long', postgresError('55P03'), 503],
    ['a statement with a bug', postgresError('42601'), 500],
    ['a fault worth retrying', new Fault('HANDLER_DEADLINE', 'x', true), 503],
    ['a fault not worth retrying', new Fault('WRONG_SAGA', 'x', false), 500],
    ['a bug', new TypeError('x is undefined'), 500],
    ['no error at all', 'x', 500],
  ])('answers %s', (_name, error, status) => {
    expect(problemOf(error).status).toBe(status);
  });

  it('tells the caller nothing technical', () => {
    const secret = 'password of 10.0.0.7';
    for (const error of [
      new Error(secret),
      new DatabaseAway('orders', new Error(secret)),
      new Fault('INTERNAL', secret, false),
      new Fault('PROVIDER_UNAVAILABLE', secret, true),
      new HttpException(secret, 500),
    ]) {
      expect(JSON.stringify(problemOf(error).document('r'))).not.toContain(secret);
    }
  });

  it('says when to come back when a dependency is away', () => {
    for (const error of [new DatabaseAway('orders', new Error('x')), postgresError('57P01')]) {
      expect(problemOf(error).options.headers).toEqual({ 'retry-after': '1' });
    }
  });
});

describe('Problem', () => {
  it('is a problem document and an answer for older clients in one', () => {
    const errors = [{ field: 'items.0.quantity', message: 'quantity must be an integer' }];
    expect(validationProblem(errors).document('r-1')).toEqual({
      type: '/problems/validation_failed',
      title: 'The request is not valid',
      status: 400,
      detail: 'quantity must be an integer',
      code: 'VALIDATION_FAILED',
      errors,
      requestId: 'r-1',
      success: false,
      statusCode: 400,
      message: 'quantity must be an integer',
    });
  });

  it('carries further members but lets none of them hide its own', () => {
    const extensions = { sagaId: 's', success: true };
    const document = new Problem('OUTCOME_UNKNOWN', 'Ask again', { extensions }).document();
    expect(document).toMatchObject({ sagaId: 's', success: false });
  });
});
