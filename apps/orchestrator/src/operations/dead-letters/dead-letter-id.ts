import { createHash } from 'node:crypto';
import type { ReadDeadLetter } from './dead-letter.reader.js';

const ID = /^([a-z_]+)\.([0-9a-f]{20})$/;

/**
 * The id of a dead letter: the queue it died in, and a hash of its bytes, of the id under which it
 * was sent, and of its first death. A message that is delivered twice has the same id, and so has one
 * that was replayed and died again. Messages that are equal in all of this are one dead letter: they
 * could not be told apart, and a command may be sent twice. Pure.
 */
export function deadLetterId({ queue, body, properties, note, sentAs }: ReadDeadLetter): string {
  const correlationId: unknown = properties.correlationId;
  const sent = [queue, sentAs, correlationId, note.firstAt];
  const hash = createHash('sha256').update(JSON.stringify(sent.map((each) => each ?? null)));
  return `${queue}.${hash.update(body).digest('hex').slice(0, 20)}`;
}

/** The queue that an id names; undefined for what is no id. Pure. */
export function queueOfId(id: string): string | undefined {
  return ID.exec(id)?.[1];
}
