import { HttpException } from '@nestjs/common';
import { RpcException } from '@nestjs/microservices';
import { Fault } from '@backstitch/shared-types';
import { MalformedCommand } from '../connection/errors.js';

const BAD_REQUEST = 400;

/**
 * The original error of a handler, after the pipes and filters of the app. A global HTTP
 * ValidationPipe reports invalid data as 400, and other packages wrap errors in an RpcException.
 */
export function unwrapError(error: unknown): unknown {
  if (error instanceof Fault) return error;
  if (error instanceof HttpException && error.getStatus() === BAD_REQUEST) {
    return new MalformedCommand(messageOf(error));
  }
  if (error instanceof Error && 'code' in error && error.code === 'VALIDATION_FAILED') {
    return new MalformedCommand(error.message);
  }
  if (!(error instanceof RpcException)) return error;
  const inner: unknown = error.getError();
  if (inner instanceof Fault) return inner;
  if (!isFaultLike(inner)) return error;
  return new Fault(inner.code, inner.message, inner.retryable, inner.details, { cause: error });
}

function messageOf(error: HttpException): string {
  const response = error.getResponse();
  const message = typeof response === 'object' && 'message' in response && response.message;
  if (Array.isArray(message)) return message.map(String).join('; ');
  return typeof message === 'string' ? message : error.message;
}

interface FaultLike {
  code: string;
  message: string;
  retryable: boolean;
  details?: unknown;
}

function isFaultLike(value: unknown): value is FaultLike {
  if (typeof value !== 'object' || value === null) return false;
  const { code, message, retryable } = value as Record<string, unknown>;
  return typeof code === 'string' && typeof message === 'string' && typeof retryable === 'boolean';
}
