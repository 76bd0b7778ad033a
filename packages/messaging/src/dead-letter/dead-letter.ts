import type { MessageProperties } from 'amqplib';

/** A message of a dead-letter queue, as it lies there. */
export interface DeadLetter {
  /** The command queue it died in: its dead-letter queue says so, whatever the headers claim. */
  readonly queue: string;
  readonly body: Buffer;
  readonly properties: MessageProperties;
}
