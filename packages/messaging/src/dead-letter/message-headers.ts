import type { MessageProperties } from 'amqplib';
import type { SagaTag } from '@backstitch/shared-types';
import { isShortString } from '../publish/short-string.js';

/**
 * How often a command without a reply queue was requeued. The prefix `x-` belongs to the broker.
 */
export const RETRIES_HEADER = 'backstitch-retries';
/** The time of the first death of a replayed dead letter: a replay does not make it younger. */
const FIRST_DEAD_AT_HEADER = 'first-dead-at';
/** These headers are kept when the others are too large. */
const ALWAYS_KEPT = [RETRIES_HEADER, FIRST_DEAD_AT_HEADER];

const HEADERS_MAX_CHARACTERS = 32_768;
const DETAIL_MAX_CHARACTERS = 500;
const SMALL_CHARACTERS = 100;
const BROKERS_OWN = /^(x-|CC$|BCC$)/;

export interface CarriedProperties {
  contentType?: string;
  contentEncoding?: string;
  correlationId?: string;
  replyTo?: string;
  type?: string;
  appId?: string;
  timestamp?: number;
  headers: Record<string, unknown>;
}

/**
 * The properties that are kept when a message is published again. Left out are: what the broker
 * would act on (CC, BCC, expiration, x-…), what it would refuse (a foreign user id), and headers
 * and texts that cannot be written or are too large for an AMQP frame. Each of them would cause a
 * failure at every delivery.
 */
export function carriedProperties(properties: MessageProperties): CarriedProperties {
  const carried: CarriedProperties = { headers: carriedHeaders(properties.headers ?? {}) };
  const { contentType, contentEncoding, correlationId, replyTo, type, appId } = properties;
  const texts = { contentType, contentEncoding, correlationId, type, appId };
  for (const [name, text] of Object.entries(texts)) {
    if (isShortString(text)) carried[name as keyof typeof texts] = text;
  }
  // The bare name would ask the broker for a reply channel that this publisher does not have.
  if (isShortString(replyTo) && replyTo !== 'amq.rabbitmq.reply-to') carried.replyTo = replyTo;
  if (typeof properties.timestamp === 'number') carried.timestamp = properties.timestamp;
  return carried;
}

function carriedHeaders(headers: Record<string, unknown>): Record<string, unknown> {
  const own = Object.entries(headers).filter(([name]) => !BROKERS_OWN.test(name));
  const sendable = own.filter((header) => isSendableEntry(header));
  const kept = Object.fromEntries(sendable);
  if (sendable.length < own.length) kept['headers-dropped'] = true;
  if (JSON.stringify(kept).length <= HEADERS_MAX_CHARACTERS) return kept;
  const small = Object.entries(kept).filter(
    ([name, value]) => ALWAYS_KEPT.includes(name) && String(value).length <= SMALL_CHARACTERS,
  );
  return { 'headers-dropped': true, ...Object.fromEntries(small) };
}

/**
 * amqplib cannot write all values that it can read: large fractions, and tables with a "!" in them.
 */
function isSendable(value: unknown): boolean {
  if (typeof value === 'number') return Number.isInteger(value) || Math.abs(value) < 2 ** 50;
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return true;
  return !('!' in value) && Object.entries(value).every(isSendableEntry);
}

function isSendableEntry([name, value]: [string, unknown]): boolean {
  return isShortString(name) && isSendable(value);
}

export interface DeadLetterReason {
  reason: string;
  message: string;
  queue: string;
  pattern?: string | undefined;
  saga?: SagaTag | undefined;
  messageId?: unknown;
}

/**
 * The headers with the reason of the dead letter, in addition to the original ones. The body stays
 * unchanged.
 */
export function deadLetterHeaders(why: DeadLetterReason): Record<string, unknown> {
  const headers: Record<string, unknown> = {
    'dead-reason': why.reason,
    'dead-detail': why.message.slice(0, DETAIL_MAX_CHARACTERS),
    'dead-queue': why.queue,
    'dead-at': new Date().toISOString(),
  };
  if (why.pattern !== undefined) headers['dead-pattern'] = why.pattern.slice(0, 200);
  if (why.saga) {
    headers['dead-saga-id'] = why.saga.sagaId.slice(0, 200);
    headers['dead-step'] = why.saga.step.slice(0, 200);
    headers['dead-direction'] = why.saga.direction;
    headers['dead-attempt'] = why.saga.attempt;
  }
  if (typeof why.messageId === 'string') headers['dead-message-id'] = why.messageId;
  return headers;
}

/** The reason in the headers of a dead letter; a message that a person published has none. */
export interface DeadLetterNote {
  reason: string | undefined;
  detail: string | undefined;
  /** ISO 8601, by the clock of the process that dead-lettered it. */
  at: string | undefined;
  /** The time of its first death, for a dead letter that was replayed. */
  firstAt: string | undefined;
}

export function deadLetterNote({ headers }: MessageProperties): DeadLetterNote {
  const text = (name: string): string | undefined => {
    const value: unknown = headers?.[name];
    return typeof value === 'string' ? value : undefined;
  };
  const at = text('dead-at');
  const firstAt = text(FIRST_DEAD_AT_HEADER) ?? at;
  return { reason: text('dead-reason'), detail: text('dead-detail'), at, firstAt };
}

const OURS = /^dead-(reason|detail|queue|at|pattern|saga-id|step|direction|attempt|message-id)$/;

/**
 * The id under which a message was sent before it died. One that came without an id has that of its
 * dead letter, also after a replay: so it is known when it dies again.
 */
export function messageIdBeforeDeath({
  headers,
  messageId,
}: MessageProperties): string | undefined {
  const before: unknown = headers?.['dead-message-id'];
  return [before, messageId as unknown].find((id) => isShortString(id));
}

/**
 * The properties of the original message, with the time of its first death and without its retries.
 */
export function propertiesBeforeDeath(
  properties: MessageProperties,
): CarriedProperties & { messageId?: string } {
  const carried = carriedProperties(properties);
  const kept = Object.entries(carried.headers).filter(
    ([name]) => !OURS.test(name) && name !== RETRIES_HEADER,
  );
  const { firstAt } = deadLetterNote(properties);
  const messageId = messageIdBeforeDeath(properties);
  return {
    ...carried,
    headers: {
      ...Object.fromEntries(kept),
      ...(firstAt !== undefined && { [FIRST_DEAD_AT_HEADER]: firstAt }),
    },
    ...(messageId !== undefined && { messageId }),
  };
}
