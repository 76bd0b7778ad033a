/** PostgreSQL array literals, made in one pass: pg's own escape every element twice. */
import { storableJson } from '../json.js';

const NEEDS_ESCAPE = /["\\]/g;

/** Numbers, booleans, uuids and names: nothing in them can need a quote. */
export function plainArray<Item>(
  items: readonly Item[],
  of: (item: Item) => string | number | boolean | null | undefined,
): string {
  let text = '{';
  for (let i = 0; i < items.length; i++) {
    if (i > 0) text += ',';
    text += of(items[i]!) ?? 'NULL';
  }
  return `${text}}`;
}

/** Any text, or null. */
export function textArray<Item>(
  items: readonly Item[],
  of: (item: Item) => string | null | undefined,
): string {
  return plainArray(items, (item) => {
    const value = of(item);
    return value === undefined || value === null ? null : quoted(value);
  });
}

/**
 * Anything JSON can hold, stringified here and nowhere else; undefined is SQL's NULL. An array of
 * nothing else is NULL itself, which costs nobody anything: its elements are NULL, too.
 */
export function jsonArray<Item>(
  items: readonly Item[],
  of: (item: Item) => unknown,
): string | null {
  let isEmpty = true;
  const array = plainArray(items, (item) => {
    const value = of(item);
    if (value === undefined) return null;
    isEmpty = false;
    return quoted(storableJson(value));
  });
  return isEmpty ? null : array;
}

function quoted(text: string): string {
  return `"${text.replace(NEEDS_ESCAPE, '\\$&')}"`;
}
