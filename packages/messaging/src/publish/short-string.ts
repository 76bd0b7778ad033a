/** The limit of AMQP for short strings: names of queues and headers, correlation ids. */
const SHORT_STRING_BYTES_MAX = 255;

/**
 * Whether the value can be written as an AMQP short string. A value that was read is not always
 * writable: each byte that is not UTF-8 is read as the replacement character, which has three
 * bytes.
 */
export function isShortString(value: unknown): value is string {
  return typeof value === 'string' && Buffer.byteLength(value) <= SHORT_STRING_BYTES_MAX;
}
