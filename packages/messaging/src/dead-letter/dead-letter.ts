import type { MessageProperties } from 'amqplib';

/** A message of a dead-letter queue. */
export interface DeadLetter {
  /** Its command queue, by the name of the dead-letter queue; its headers are not trusted. */
  readonly queue: string;
  readonly body: Buffer;
  readonly properties: MessageProperties;
}
