import {
  type DeadLetter,
  deadLetterNote,
  type DeadLetterNote,
  messageIdBeforeDeath,
  type ReadPacket,
  readPacket,
} from '@backstitch/messaging';

/** A dead letter, and what can be read of it. */
export interface ReadDeadLetter extends DeadLetter {
  readonly read: ReadPacket;
  readonly note: DeadLetterNote;
  /** The id under which the message was sent before it died. */
  readonly sentAs: string | undefined;
}

export function readDeadLetter(deadLetter: DeadLetter): ReadDeadLetter {
  const { queue, body, properties } = deadLetter;
  const note = deadLetterNote(properties);
  const sentAs = messageIdBeforeDeath(properties);
  return { queue, body, properties, read: readPacket(body), note, sentAs };
}
