import type { ArrivedReply } from '../runtime/engine.js';
import type { OutgoingCommand } from '../runtime/ports.js';
import type { ReplyOutcome } from '../core/event.js';

const CORRELATION = /^([^:]+):([^:]+):(do|undo):(\d{1,9})$/;

/** The command id and the attempt: what a reply must name. A participant only copies it. */
export function correlationOf({ id, attempt }: OutgoingCommand): string {
  return `${id}:${attempt}`;
}

/** A command as it travels: the packet of a NestJS message, with the saga beside it. */
export function packetOf(command: OutgoingCommand): object {
  const { sagaId, subjectId, step, direction, attempt, requestId, pattern, data } = command;
  const saga = { sagaId, subjectId, step, direction, attempt, requestId };
  return { pattern, data, id: correlationOf(command), saga };
}

/**
 * A reply as the engine takes it; undefined when it is none. `{ response }` is done. `{ err }` is
 * rejected when its `retryable` is false: the definition says which codes are business rejections.
 * Every other error is a fault, a NestJS exception without a code included.
 */
export function replyOf(correlationId: unknown, body: Buffer): ArrivedReply | undefined {
  if (typeof correlationId !== 'string') return undefined;
  const [, sagaId, step, direction, attempt] = CORRELATION.exec(correlationId) ?? [];
  const outcome = outcomeOf(body);
  if (sagaId === undefined || step === undefined || !outcome) return undefined;
  return { sagaId, step, direction: direction as 'do' | 'undo', attempt: Number(attempt), outcome };
}

function outcomeOf(body: Buffer): ReplyOutcome | undefined {
  const packet = parsed(body);
  if (!isObject(packet)) return undefined;
  if (!('err' in packet)) return { kind: 'done', response: packet.response };
  const err = isObject(packet.err) ? packet.err : { message: packet.err };
  const code = typeof err.code === 'string' ? err.code : 'FAULT';
  const message = typeof err.message === 'string' ? err.message : code;
  const details = err.details === undefined ? {} : { details: err.details };
  if (err.retryable === false) return { kind: 'rejected', code, message, ...details };
  return { kind: 'fault', code, message, retryable: true, ...details };
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
