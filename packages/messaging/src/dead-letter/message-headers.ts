import type { MessageProperties } from 'amqplib';
import type { SagaTag } from '@backstitch/shared-types';
import { isShortString } from '../publish/short-string.js';

/** How often a message whose reply is not awaited was requeued; ours, since `x-` is the broker's. */
export const RETRIES_HEADER = 'backstitch-retries';
/** When a replayed message died first: its age does not begin anew with each replay. */
const FIRST_DEAD_AT_HEADER = 'first-dead-at';
/** What no other headers, however large, push out. */
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
 * What of a message's properties goes with it when we publish it again. Left out: what the broker
 * would act upon (CC, BCC, expiration, x-…), what it would refuse (a foreign user id), and headers
 * and texts that cannot be written, or are so large that the batch would not fit: each would hurt every time
 * the message comes by.
 */
export function carriedProperties(properties: MessageProperties): CarriedProperties {
  const carried: CarriedProperties = { headers: carriedHeaders(properties.headers ?? {}) };
  const { contentType, contentEncoding, correlationId, replyTo, type, appId } = properties;
  const texts = { contentType, contentEncoding, correlationId, type, appId };
  for (const [name, text] of Object.entries(texts)) {
    if (isShortString(text)) carried[name as keyof typeof texts] = text;
  }
  // The bare name asks the broker for a reply channel that this publisher does not have.
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

/** amqplib throws on some of what it has itself read: large fractions, and tables with a "!" in them. */
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

/** Why it is here, beside what it came with. The body stays as it was, byte for byte. */
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

/** What the headers of a dead letter tell of its end; a message put there by hand has none. */
export interface DeadLetterNote {
  reason: string | undefined;
  detail: string | undefined;
  /** ISO 8601, by the clock of the service that gave it up. */
  at: string | undefined;
  /** The same of its first death, for one that was replayed since. */
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

/** What a dead letter came with before it died: as if it had never been tried, but no younger. */
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
