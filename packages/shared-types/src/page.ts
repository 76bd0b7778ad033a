/** No list is answered with more than this. */
export const PAGE_LIMIT_MAX = 100;

/** So many of a list, behind a position in it; `after` is the cursor that an earlier page gave. */
export interface PageRequest {
  limit: number;
  after?: string;
}

const CURSOR_LENGTH_MAX = 1_000;

/** A position in a list as its readers carry it: of no meaning to them, and of none in another list. */
export function cursorOf(list: string, position: readonly string[]): string {
  return Buffer.from(JSON.stringify([list, ...position])).toString('base64url');
}

/** The position that a cursor of this list names, of so many parts; undefined for any other text. */
export function positionOf(list: string, cursor: string, parts: number): string[] | undefined {
  if (cursor.length > CURSOR_LENGTH_MAX) return undefined;
  try {
    const read: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (!Array.isArray(read) || read.length !== parts + 1 || read[0] !== list) return undefined;
    const position = read.slice(1) as unknown[];
    // No database takes a NUL.
    const isPosition = position.every(
      (part): part is string => typeof part === 'string' && !part.includes('\0'),
    );
    // Text that decodes to a cursor and is not one as it was given was made by hand.
    return isPosition && cursorOf(list, position) === cursor ? position : undefined;
  } catch {
    return undefined;
  }
}

/** Splits one entry more than a page holds, read to know whether another page follows. */
export function pageOf<Entry>(
  read: readonly Entry[],
  limit: number,
  cursor: (last: Entry) => string,
): { entries: Entry[]; next: string | undefined } {
  const entries = read.slice(0, limit);
  const last = entries.at(-1);
  return { entries, next: read.length > limit && last ? cursor(last) : undefined };
}
