import type { MessageProperties } from 'amqplib';
import { elementsOf } from './batch.js';
import { type ReadPacket, readPacket } from './packet.js';
import { isShortString } from '../publish/short-string.js';

/** One packet with what is needed to answer, put back or dead-letter it alone. */
export interface InboundCommand {
  read: ReadPacket;
  /** The packet's own bytes. */
  body: Buffer;
  /** Those of its message; of a batch's, as they would be if it had come alone. */
  properties: MessageProperties;
  /** It shared its message with others, and so does its reply. */
  isBatched: boolean;
  isOurs(): boolean;
}

interface Arrived {
  readonly body: Buffer;
  readonly properties: MessageProperties;
  readonly isOurs: boolean;
}

/**
 * The packets of a message: one, or those of a batch. A list without a single packet is one that
 * cannot be read, however much is in it.
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
 * Without an address that we could read and cannot write: nobody waits for an answer there, so what
 * fails is tried again and kept, as all is that nobody waits for.
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
  // What cannot be read, not even its id, nobody can know for theirs: it is kept and not answered.
  const isTold = typeof id === 'string' || typeof id === 'number';
  if ('unreadable' in read && !isTold) alone.replyTo = undefined;
  return alone;
}

export function idOf(read: ReadPacket): unknown {
  return 'packet' in read ? read.packet.id : read.unreadable.id;
}
