import { isUtf8 } from 'node:buffer';
import type { DeadLetterView, WholeDeadLetterView } from '@backstitch/shared-types';
import type { AssessedLetter } from './letters.client.js';

export function letterViewOf(id: string, assessed: AssessedLetter): DeadLetterView {
  const { letter, note, shape, sagaId, verdict } = assessed;
  const command = shape.kind === 'command' ? shape.command : undefined;
  const pattern = command?.pattern ?? ('pattern' in shape ? shape.pattern : null);
  return {
    id,
    queue: letter.queue,
    class: verdict.class,
    why: verdict.why,
    replay: verdict.replay,
    discard: verdict.discard,
    reason: note.reason ?? null,
    detail: note.detail ?? null,
    diedAt: note.at ?? null,
    pattern,
    orderId: command?.orderId || null,
    sagaId: sagaId ?? null,
    step: command?.saga?.step ?? null,
    direction: command?.saga?.direction ?? null,
    attempt: command?.saga?.attempt ?? null,
    bytes: letter.body.length,
  };
}

export function wholeLetterViewOf(id: string, assessed: AssessedLetter): WholeDeadLetterView {
  const { body, properties } = assessed.letter;
  const { headers, replyTo, correlationId, messageId } = properties as unknown as Record<
    string,
    unknown
  >;
  return {
    ...letterViewOf(id, assessed),
    ...bodyOf(body),
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
