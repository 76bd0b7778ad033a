/** The limits of the messages that we send. */
export const BATCH_PACKETS_MAX = 64;
export const BATCH_BYTES_MAX = 262_144;
/** Other senders may use larger batches. A longer array is one unreadable message. */
export const ELEMENTS_MAX = 1_024;
/** Far more than a command with a hundred lines. A larger body is not parsed. */
export const BODY_BYTES_MAX = 1_048_576;

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** Encodes a JSON array of elements that are already encoded. */
export function encodeBatch(elements: readonly Buffer[]): Buffer {
  const batch = Buffer.allocUnsafe(batchLength(elements));
  let at = batch.writeUInt8(OPEN_LIST, 0);
  elements.forEach((element, index) => {
    if (index > 0) at = batch.writeUInt8(COMMA, at);
    at += element.copy(batch, at);
  });
  batch.writeUInt8(CLOSE_LIST, at);
  return batch;
}

function batchLength(elements: readonly Buffer[]): number {
  const commas = Math.max(0, elements.length - 1);
  return elements.reduce((bytes, { length }) => bytes + length, commas + 2);
}

/** How many members, from the first on, fit into one batch: at least one, of any size. */
export function countFitting(waiting: readonly { readonly body: Buffer }[]): number {
  let bytes = 1;
  let count = 0;
  for (const { body } of waiting) {
    bytes += body.length + 1;
    if (count > 0 && (count === BATCH_PACKETS_MAX || bytes > BATCH_BYTES_MAX)) break;
    count += 1;
  }
  return count;
}

/**
 * The original bytes of each element of a body that is a JSON array; undefined for any other body.
 * This only separates the elements. An invalid element is found later, when it is parsed alone.
 */
export function elementsOf(body: Buffer, bytesMax = BODY_BYTES_MAX): Buffer[] | undefined {
  const start = pastBlanks(body, hasByteOrderMark(body) ? BYTE_ORDER_MARK.length : 0, body.length);
  if (body[start] !== OPEN_LIST || body.length > bytesMax) return undefined;
  const ends = endsOfElements(body, start);
  if (!ends) return undefined;
  const elements: Buffer[] = [];
  let from = start + 1;
  for (const end of ends) {
    elements.push(trimmed(body, from, end));
    from = end + 1;
  }
  if (elements.every(({ length }) => length > 0)) return elements;
  return elements.length === 1 ? [] : undefined;
}

/** The position of the comma or bracket after each element; undefined for an incomplete array. */
function endsOfElements(body: Buffer, start: number): number[] | undefined {
  const ends: number[] = [];
  let depth = 0;
  for (let at = start; at < body.length; at += 1) {
    const byte = body[at];
    if (byte === QUOTE) at = endOfString(body, at);
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) depth += 1;
    else if (byte === COMMA && depth === 1) ends.push(at);
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
      depth -= 1;
      if (depth > 0) continue;
      const isWhole = byte === CLOSE_LIST && pastBlanks(body, at + 1, body.length) === body.length;
      return isWhole ? [...ends, at] : undefined;
    }
    if (ends.length >= ELEMENTS_MAX) return undefined;
  }
  return undefined;
}

/** The end of the string that begins here; the end of the body when it has no end. */
function endOfString(body: Buffer, start: number): number {
  for (let at = start + 1; at < body.length; at += 1) {
    if (body[at] === QUOTE) return at;
    if (body[at] === BACKSLASH) at += 1;
  }
  return body.length;
}

function trimmed(body: Buffer, from: number, end: number): Buffer {
  const start = pastBlanks(body, from, end);
  let last = end;
  while (last > start && isBlank(body[last - 1])) last -= 1;
  return body.subarray(start, last);
}

function pastBlanks(body: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && isBlank(body[at])) at += 1;
  return at;
}

/** JSON allows only these blanks between elements. */
function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function hasByteOrderMark(body: Buffer): boolean {
  return body.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
}
