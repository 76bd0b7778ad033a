import { isUtf8 } from 'node:buffer';
import type { DeadLetterView, WholeDeadLetterView } from '@backstitch/shared-types';
import type { AssessedDeadLetter } from './dead-letter-assessor.client.js';
import type { StoredDeadLetter } from './dead-letters.repository.js';

/** A dead letter as a list shows it. Pure. */
export function deadLetterViewOf(
  stored: StoredDeadLetter,
  assessed: AssessedDeadLetter,
): DeadLetterView {
  const { note, shape, sagaId, verdict } = assessed;
  const command = shape.kind === 'command' ? shape.command : undefined;
  const pattern = command?.pattern ?? ('pattern' in shape ? shape.pattern : null);
  return {
    id: stored.id,
    queue: stored.queue,
    state: stored.state,
    class: verdict.class,
    why: verdict.why,
    replay: verdict.replay,
    discard: verdict.discard,
    reason: note.reason ?? null,
    detail: note.detail ?? null,
    diedAt: note.at ?? null,
    firstSeenAt: stored.firstSeenAt.toISOString(),
    replayed: stored.replayedCount,
    pattern,
    orderId: command?.orderId || null,
    sagaId: sagaId ?? null,
    step: command?.saga?.step ?? null,
    direction: command?.saga?.direction ?? null,
    attempt: command?.saga?.attempt ?? null,
    bytes: stored.byteCount,
  };
}

/** All of a dead letter. Pure. */
export function wholeDeadLetterViewOf(
  stored: StoredDeadLetter,
  assessed: AssessedDeadLetter,
): WholeDeadLetterView {
  const { headers, replyTo, correlationId, messageId } = stored.properties as unknown as Record<
    string,
    unknown
  >;
  return {
    ...deadLetterViewOf(stored, assessed),
    ...bodyOf(stored.body),
    properties: {
      headers: (headers as object | undefined) ?? {},
      replyTo,
      correlationId,
      messageId,
    },
  };
}

/** The body as JSON can hold it, without loss. */
export function bodyOf(body: Buffer): Pick<WholeDeadLetterView, 'body' | 'encoding'> {
  const encoding = isUtf8(body) ? 'utf8' : 'base64';
  return { body: body.toString(encoding), encoding };
}
