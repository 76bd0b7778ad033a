import { parseItem, serializeItem } from 'structured-headers';

/**
 * Printable ASCII, which is safe in a header and allowed in a structured string. Blanks alone are
 * not a key.
 */
const KEY = /^(?=.*[\x21-\x7e])[\x20-\x7e]{1,255}$/;

/** The rule for a key, in words for the client. */
export const IDEMPOTENCY_KEY_RULE =
  'Idempotency-Key must be 1-255 printable ASCII characters, not only blanks, bare or quoted';

/**
 * The key of an Idempotency-Key header, quoted as a structured field ("abc", parameters are
 * ignored) or bare, as most clients send it. Undefined when it is neither, is not 1-255 characters
 * long, or is blank. `"abc"` and `abc` are the same key.
 */
export function parseIdempotencyKey(header: string): string | undefined {
  const text = header.trim();
  if (!text.startsWith('"')) return KEY.test(text) ? text : undefined;
  try {
    const [value] = parseItem(text);
    return typeof value === 'string' && KEY.test(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The quoted form, which keeps outer blanks and quotes. Our apps send this form to each other. */
export function formatIdempotencyKey(key: string): string {
  return serializeItem(key);
}
