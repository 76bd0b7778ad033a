import { describe, expect, it } from '@jest/globals';
import { BadRequestException, NotFoundException } from '@nestjs/common';
import { RpcException } from '@nestjs/microservices';
import { Fault } from '@backstitch/shared-types';
import { MalformedCommand } from '../connection/errors.js';
import { unwrapError } from './unwrap-error.js';

describe('an error of a handler, after any filters and pipes', () => {
  it('is the same Fault, also inside an RpcException', () => {
    const fault = new MalformedCommand('no');
    expect(unwrapError(fault)).toBe(fault);
    expect(unwrapError(new RpcException(fault))).toBe(fault);
  });

  it('is malformed data for a 400 of an inherited HTTP pipe', () => {
    const error = new BadRequestException(['orderId must be a UUID', 'amount is missing']);
    expect(unwrapError(error)).toBeInstanceOf(MalformedCommand);
    expect(unwrapError(error)).toMatchObject({
      message: 'orderId must be a UUID; amount is missing',
    });
    const problem = Object.assign(new Error('bad'), { code: 'VALIDATION_FAILED' });
    expect(unwrapError(problem)).toBeInstanceOf(MalformedCommand);
  });

  it('is a fault for an RpcException with the members of a fault', () => {
    const error = unwrapError(new RpcException({ code: 'C', message: 'm', retryable: false }));
    expect(error).toBeInstanceOf(Fault);
    expect(error).toMatchObject({ code: 'C', message: 'm', retryable: false });
  });

  it.each([new NotFoundException(), new RpcException('text'), new Error('x'), 'thrown text', null])(
    'leaves %p alone: a bug',
    (error) => {
      expect(unwrapError(error)).toBe(error);
    },
  );
});
