import type { MessageProperties } from 'amqplib';
import { elementsOf } from './batch.js';
import { type ReadPacket, readPacket } from './packet.js';
import { isShortString } from '../publish/short-string.js';

/** One command, with the data to answer, requeue or dead-letter it alone. */
export interface InboundCommand {
  read: ReadPacket;
  /** The original bytes of the command. */
  body: Buffer;
  /**
   * The properties of its message; for a member of a batch, those of an equivalent single message.
   */
  properties: MessageProperties;
  /** It arrived in a batch, so its reply is sent in a batch. */
  isBatched: boolean;
  isOurs(): boolean;
}

interface Arrived {
  readonly body: Buffer;
  readonly properties: MessageProperties;
  readonly isOurs: boolean;
}

/**
 * The commands of a message: one, or those of a batch. An array without a valid command is one
 * unreadable message.
 */
export function unpack(arrived: Arrived): [InboundCommand, ...InboundCommand[]] {
  const { body } = arrived;
  const properties = answerable(arrived.properties);
  const isOurs = (): boolean => arrived.isOurs;
  const elements = (elementsOf(body) ?? []).map((element) => ({
    element,
    read: readPacket(element),
  }));
  if (!elements.some(({ read }) => 'packet' in read)) {
    return [{ read: readPacket(body), body, properties, isBatched: false, isOurs }];
  }
  const inboundCommands = elements.map(({ element, read }) => ({
    read,
    body: element,
    properties: propertiesAlone(properties, read),
    isBatched: true,
    isOurs,
  }));
  return inboundCommands as [InboundCommand, ...InboundCommand[]];
}

/**
 * Removes a reply address that can be read but not written. No sender waits there, so a failure is
 * handled like that of a command without a reply queue: retried, then dead-lettered.
 */
function answerable(properties: MessageProperties): MessageProperties {
  const { replyTo, correlationId } = properties as { replyTo: unknown; correlationId: unknown };
  if (canWrite(replyTo) && canWrite(correlationId)) return properties;
  return {
    ...properties,
    replyTo: isShortString(replyTo) ? replyTo : undefined,
    correlationId: isShortString(correlationId) ? correlationId : undefined,
  };
}

function canWrite(text: unknown): boolean {
  return text === undefined || isShortString(text);
}

function propertiesAlone(ofBatch: MessageProperties, read: ReadPacket): MessageProperties {
  const id = idOf(read);
  const correlationId = isShortString(id) ? id : undefined;
  const alone: MessageProperties = { ...ofBatch, correlationId };
  // If not even the id is readable, no sender can assign the answer. It is dead-lettered without a
  // reply.
  const isTold = typeof id === 'string' || typeof id === 'number';
  if ('unreadable' in read && !isTold) alone.replyTo = undefined;
  return alone;
}

export function idOf(read: ReadPacket): unknown {
  return 'packet' in read ? read.packet.id : read.unreadable.id;
}
