import { parseItem, serializeItem } from 'structured-headers';

/**
 * Printable ASCII: what a header carries unharmed, and what a structured string may hold. Blanks
 * alone name nothing.
 */
const KEY = /^(?=.*[\x21-\x7e])[\x20-\x7e]{1,255}$/;

/** What a header must keep to name a key, in words for its sender. */
export const IDEMPOTENCY_KEY_RULE =
  'Idempotency-Key must be 1-255 printable ASCII characters, not only blanks, bare or quoted';

/**
 * The key named by an Idempotency-Key header, quoted as the structured field says ("abc", with
 * parameters ignored) or bare as most clients send it; undefined when it is neither, is not 1-255
 * characters long, or is blank. `"abc"` and `abc` are the same key.
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

/** The quoted form, which keeps outer blanks and quotes: what one app of ours sends to another. */
export function formatIdempotencyKey(key: string): string {
  return serializeItem(key);
}
