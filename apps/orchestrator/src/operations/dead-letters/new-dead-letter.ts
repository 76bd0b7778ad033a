import { type DeadLetterClass, isUuid } from '@backstitch/shared-types';
import { storableText } from '../storable-text.js';
import { verdictOf } from './dead-letter-verdict.js';
import type { ReadDeadLetter } from './dead-letter.reader.js';
import { deadLetterId } from './dead-letter-id.js';
import { shapeOf } from './dead-letter-shape.js';
import { storedProperties } from './stored-properties.js';

/** A dead letter as its row is written. */
export interface NewDeadLetter {
  readonly id: string;
  readonly queue: string;
  readonly class: DeadLetterClass;
  readonly reason: string | null;
  readonly pattern: string | null;
  readonly sagaId: string | null;
  readonly orderId: string | null;
  readonly step: string | null;
  readonly direction: string | null;
  readonly attempt: number | null;
  readonly bytes: Buffer;
  /** Of the whole body, where the end of it is left out. */
  readonly byteCount: number | null;
  readonly properties: string;
  readonly diedAt: Date | null;
  readonly lastDiedAt: Date | null;
}

/** No readable packet is larger than a mebibyte: one byte more shows that this one is not readable. */
export const SHOWN_BYTES_MAX = 1_048_577;

/** Names by which rows are found: an index holds no more. */
const NAME_CHARACTERS_MAX = 200;

/**
 * The row of a message. Its class is final for what is no command; of a command it says `unclear`
 * until it is shown for the first time: only then is asked where its saga stands. Pure.
 */
export function newDeadLetter(deadLetter: ReadDeadLetter): NewDeadLetter {
  const { queue, body, properties, read, note } = deadLetter;
  const shape = shapeOf(deadLetter);
  const { pattern, saga } = 'packet' in read ? read.packet : read.unreadable;
  const data = 'packet' in read ? read.packet.data : undefined;
  const headers = (properties.headers ?? {}) as Record<string, unknown>;
  return {
    id: deadLetterId(deadLetter),
    queue,
    class: verdictOf(shape, note.reason, { unclear: '' }, 'unknown').class,
    reason: nameOf(note.reason),
    pattern: nameOf(pattern),
    sagaId: uuidOf(saga?.sagaId) ?? uuidOf(headers['dead-saga-id']),
    orderId: uuidOf((data as { orderId?: unknown } | null | undefined)?.orderId),
    step: nameOf(saga?.step),
    direction: nameOf(saga?.direction),
    attempt: saga?.attempt ?? null,
    bytes: body,
    byteCount: null,
    properties: storedProperties(properties),
    diedAt: timeOf(note.firstAt),
    lastDiedAt: timeOf(note.at),
  };
}

const WITHOUT_PROPERTIES = JSON.stringify({ headers: { 'headers-dropped': true } });

/**
 * The row without what its sender chose, for one that the database refuses: bytes and queue.
 * Undefined when there is nothing more to leave out. Pure.
 */
export function bareDeadLetter(row: NewDeadLetter): NewDeadLetter | undefined {
  if (row.properties === WITHOUT_PROPERTIES) return undefined;
  const none = { reason: null, pattern: null, step: null, direction: null, attempt: null };
  return { ...row, ...none, properties: WITHOUT_PROPERTIES, diedAt: null, lastDiedAt: null };
}

/**
 * The row with the beginning of its body, which is too long to be read, so it is never replayed.
 * Undefined for a body that could be read: its bytes are kept. Pure.
 */
export function shortenedDeadLetter(row: NewDeadLetter): NewDeadLetter | undefined {
  const { bytes } = row;
  if (bytes.length <= SHOWN_BYTES_MAX) return undefined;
  return { ...row, bytes: bytes.subarray(0, SHOWN_BYTES_MAX), byteCount: bytes.length };
}

function nameOf(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  return storableText(value).slice(0, NAME_CHARACTERS_MAX);
}

function uuidOf(value: unknown): string | null {
  return typeof value === 'string' && isUuid(value) ? value.toLowerCase() : null;
}

/** Years of four digits: PostgreSQL takes more, and JavaScript writes others in its own way. */
function timeOf(text: string | undefined): Date | null {
  const time = new Date(text ?? '');
  const year = time.getUTCFullYear();
  return year >= 1 && year <= 9999 ? time : null;
}
