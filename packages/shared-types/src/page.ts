/** The maximum number of entries in a page. */
export const PAGE_LIMIT_MAX = 100;

/** A page request: at most `limit` entries. `after` is the cursor of an earlier page. */
export interface PageRequest {
  limit: number;
  after?: string;
}

const CURSOR_LENGTH_MAX = 1_000;

/** A position in a list as an opaque text. It is valid for this list only. */
export function cursorOf(list: string, position: readonly string[]): string {
  return Buffer.from(JSON.stringify([list, ...position])).toString('base64url');
}

/**
 * The position of a cursor of this list, with this number of parts; undefined for any other text.
 */
export function positionOf(list: string, cursor: string, parts: number): string[] | undefined {
  if (cursor.length > CURSOR_LENGTH_MAX) return undefined;
  try {
    const read: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (!Array.isArray(read) || read.length !== parts + 1 || read[0] !== list) return undefined;
    const position = read.slice(1) as unknown[];
    // No database accepts a NUL.
    const isPosition = position.every(
      (part): part is string => typeof part === 'string' && !part.includes('\0'),
    );
    // Text that decodes to a cursor, but is encoded differently, was not made by us.
    return isPosition && cursorOf(list, position) === cursor ? position : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Splits the result of a query for `limit` + 1 entries. The last one shows that another page
 * follows.
 */
export function pageOf<Entry>(
  read: readonly Entry[],
  limit: number,
  cursor: (last: Entry) => string,
): { entries: Entry[]; next: string | undefined } {
  const entries = read.slice(0, limit);
  const last = entries.at(-1);
  return { entries, next: read.length > limit && last ? cursor(last) : undefined };
}
