/** What AMQP holds in a name: of a queue, of a header, in a correlation id. */
const SHORT_STRING_BYTES_MAX = 255;

/**
 * Whether it can be written into a message. Not everything can that was read from one: bytes that are
 * no UTF-8 are read as the replacement character, which is three bytes for each.
 */
export function isShortString(value: unknown): value is string {
  return typeof value === 'string' && Buffer.byteLength(value) <= SHORT_STRING_BYTES_MAX;
}
