import type { FieldProblem } from './checkout-lines.js';
import { PAGE_LIMIT_MAX } from './page.js';
import { isUuid } from './uuid.js';

/** Which products of the catalogue are asked for; absent: all. */
export interface ProductFilter {
  category?: string;
  /** Each is the beginning of a word in the name or the description. */
  words?: readonly string[];
  /** In lower case, 1 to 100. Only for apps of ours: the public catalogue has no such filter. */
  ids?: readonly string[];
}

const CATEGORY = /^[^\p{Cc}\p{Cs}]{1,50}$/u;
const TEXT = /^[^\p{Cc}\p{Cs}]{1,100}$/u;
const WORD = /[\p{L}\p{N}]+/gu;
const WORDS_MAX = 10;
const IDS_LENGTH_MAX = PAGE_LIMIT_MAX * 37 - 1;

/**
 * Reads `category`, `text` and `ids` of a query. They may be anything: a client can repeat or leave out
 * each of them. Pure.
 */
export function productFilter(query: {
  category?: unknown;
  text?: unknown;
  ids?: unknown;
}): ProductFilter | { problems: FieldProblem[] } {
  const { category, text, ids } = query;
  const problems: FieldProblem[] = [];
  const filter: ProductFilter = {};
  if (typeof category === 'string' && CATEGORY.test(category)) filter.category = category;
  else if (category !== undefined) {
    const message = 'category must be 1-50 characters without control characters, given once';
    problems.push({ field: 'category', message });
  }
  if (text !== undefined) {
    const words = wordsOf(text);
    if (words) filter.words = words;
    else {
      const message = `text must be 1-100 characters with 1-${WORDS_MAX} words, given once`;
      problems.push({ field: 'text', message });
    }
  }
  if (ids !== undefined) {
    const list = idsOf(ids);
    if (list) filter.ids = list;
    else {
      const message = `ids must be 1-${PAGE_LIMIT_MAX} UUIDs with commas between them, given once`;
      problems.push({ field: 'ids', message });
    }
  }
  return problems.length > 0 ? { problems } : filter;
}

function idsOf(text: unknown): string[] | undefined {
  if (typeof text !== 'string' || text.length > IDS_LENGTH_MAX) return undefined;
  const ids = text.toLowerCase().split(',');
  return ids.every(isUuid) ? ids : undefined;
}

function wordsOf(text: unknown): string[] | undefined {
  if (typeof text !== 'string' || !TEXT.test(text)) return undefined;
  const words = text.match(WORD) ?? [];
  return words.length >= 1 && words.length <= WORDS_MAX ? words : undefined;
}
