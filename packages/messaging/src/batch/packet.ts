import {
  type CommandPacket,
  readJson,
  type ReplyError,
  type ReplyPacket,
  type SagaTag,
} from '@backstitch/shared-types';
import { BODY_BYTES_MAX, ELEMENTS_MAX } from './batch.js';

const PATTERN_MAX = 200;

type UnreadableReason =
  | 'NOT_JSON'
  | 'NOT_A_PACKET'
  | 'UNKNOWN_PATTERN'
  | 'INVALID_DATA'
  | 'SAGA_REQUIRED'
  | 'SENDER_REFUSED';

/** A message that no participant can serve, at any attempt. */
export interface Unreadable {
  reason: UnreadableReason;
  message: string;
  details?: unknown;
  /** The readable parts, for the answer and for the dead letter. */
  id?: unknown;
  pattern?: string;
  saga?: SagaTag | undefined;
}

export type ReadPacket = { packet: CommandPacket } | { unreadable: Unreadable };

/** Parses the bytes of one packet: the body of a delivery, or one element of a batch. */
export function readPacket(body: Buffer): ReadPacket {
  const read = readBody(body);
  if ('problem' in read) {
    const message = `the body cannot be read: ${read.problem}`;
    return { unreadable: { reason: 'NOT_JSON', message } };
  }
  return readParsed(read.value);
}

function readBody(body: Buffer): ReturnType<typeof readJson> {
  if (body.length > BODY_BYTES_MAX) return { problem: `it is larger than ${BODY_BYTES_MAX} bytes` };
  return readJson(body);
}

function readParsed(value: unknown): ReadPacket {
  if (Array.isArray(value)) {
    const message = `a list is a batch only as a whole body of 1-${ELEMENTS_MAX}, one a packet at least`;
    return { unreadable: { reason: 'NOT_A_PACKET', message } };
  }
  if (!isRecord(value)) {
    return { unreadable: { reason: 'NOT_A_PACKET', message: 'the body is not a JSON object' } };
  }
  const { id, pattern, saga } = value;
  if (typeof pattern !== 'string' || pattern === '' || pattern.length > PATTERN_MAX) {
    const message = `pattern is not a string of 1-${PATTERN_MAX} characters`;
    return { unreadable: { reason: 'NOT_A_PACKET', message, id } };
  }
  if (saga !== undefined && saga !== null && !isSagaTag(saga)) {
    const message =
      'saga needs sagaId and step (1-100 printable characters), direction do|undo, attempt ≥ 1, ' +
      'and takes a printable requestId of at most 200';
    return { unreadable: { reason: 'NOT_A_PACKET', message, id, pattern } };
  }
  return { packet: value as unknown as CommandPacket };
}

const REQUEST_ID = /^[\x20-\x7e]{0,200}$/;
/**
 * The allowed characters of the ids that participants store: they must fit into a column and its
 * index.
 */
const NAME = /^[\x20-\x7e]{1,100}$/;

function isSagaTag(value: unknown): value is SagaTag {
  if (!isRecord(value)) return false;
  const { sagaId, step, direction, attempt, requestId } = value;
  return (
    typeof sagaId === 'string' &&
    NAME.test(sagaId) &&
    typeof step === 'string' &&
    NAME.test(step) &&
    (direction === 'do' || direction === 'undo') &&
    Number.isSafeInteger(attempt) &&
    (attempt as number) >= 1 &&
    (requestId === undefined ||
      requestId === null ||
      (typeof requestId === 'string' && REQUEST_ID.test(requestId)))
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function encodePacket(packet: CommandPacket): Buffer {
  return Buffer.from(JSON.stringify(packet));
}

/**
 * `undefined` is sent as null, because a stock client waits for a value. Throws for a value that
 * JSON cannot represent.
 */
export function encodeDone(response: unknown, id: unknown): Buffer {
  return Buffer.from(JSON.stringify({ response: response ?? null, isDisposed: true, id }));
}

export function encodeError(err: ReplyError, id: unknown): Buffer {
  return Buffer.from(JSON.stringify({ err, isDisposed: true, id }));
}

/** Parses a reply; undefined when it is not one. An error in another format is a fault. */
export function readReply(body: Buffer): ReplyPacket | undefined {
  const read = readJson(body);
  if ('problem' in read || !isRecord(read.value)) return undefined;
  const parsed = read.value;
  if (parsed.err !== undefined && parsed.err !== null) {
    if (isReplyError(parsed.err)) return parsed as ReplyPacket;
    const message = typeof parsed.err === 'string' ? parsed.err : JSON.stringify(parsed.err);
    const err: ReplyError = { code: 'INTERNAL', message, retryable: true };
    return { ...(parsed as { isDisposed: true; id?: string }), err };
  }
  return 'response' in parsed ? (parsed as ReplyPacket) : undefined;
}

function isReplyError(value: unknown): value is ReplyError {
  return (
    isRecord(value) &&
    typeof value.code === 'string' &&
    typeof value.message === 'string' &&
    typeof value.retryable === 'boolean'
  );
}
