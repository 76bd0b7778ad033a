import type { MessageProperties } from 'amqplib';
import { elementsOf } from './frame.js';
import { type ReadPacket, readPacket } from './packet.js';

/** One packet with what is needed to answer, put back or dead-letter it alone. */
export interface Parcel {
  read: ReadPacket;
  /** The packet's own bytes. */
  body: Buffer;
  /** Those of its message; of a frame's, as they would be if it had come alone. */
  properties: MessageProperties;
  /** It shared its message with others, and so does its reply. */
  isFramed: boolean;
  isOurs(): boolean;
}

interface Arrived {
  readonly body: Buffer;
  readonly properties: MessageProperties;
  readonly isOurs: boolean;
}

/** What AMQP takes for a correlation id. */
const CORRELATION_ID_BYTES_MAX = 255;

/** The packets of a message: one, or those of a frame. An empty frame is one that cannot be read. */
export function unpack(arrived: Arrived): [Parcel, ...Parcel[]] {
  const { body, properties } = arrived;
  const isOurs = (): boolean => arrived.isOurs;
  const [first, ...others] = elementsOf(body) ?? [];
  if (!first) return [{ read: readPacket(body), body, properties, isFramed: false, isOurs }];
  const parcelOf = (element: Buffer): Parcel => {
    const read = readPacket(element);
    return {
      read,
      body: element,
      properties: propertiesAlone(properties, read),
      isFramed: true,
      isOurs,
    };
  };
  return [parcelOf(first), ...others.map(parcelOf)];
}

function propertiesAlone(ofFrame: MessageProperties, read: ReadPacket): MessageProperties {
  const id = idOf(read);
  const fits = typeof id === 'string' && Buffer.byteLength(id) <= CORRELATION_ID_BYTES_MAX;
  const alone: MessageProperties = { ...ofFrame, correlationId: fits ? id : undefined };
  // What cannot be read, not even its id, nobody can know for theirs: it is kept and not answered.
  if ('unreadable' in read && typeof id !== 'string') alone.replyTo = undefined;
  return alone;
}

export function idOf(read: ReadPacket): unknown {
  return 'packet' in read ? read.packet.id : read.unreadable.id;
}
