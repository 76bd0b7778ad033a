import type { FieldProblem } from './checkout-lines.js';

/** Which products of the catalogue are asked for; absent: all. */
export interface ProductFilter {
  category?: string;
  /** Each is the beginning of a word in the name or the description. */
  words?: readonly string[];
}

const CATEGORY = /^[^\p{Cc}\p{Cs}]{1,50}$/u;
const TEXT = /^[^\p{Cc}\p{Cs}]{1,100}$/u;
const WORD = /[\p{L}\p{N}]+/gu;
const WORDS_MAX = 10;

/**
 * Reads `category` and `text` of a query. They may be anything: a client can repeat or leave out
 * each of them. Pure.
 */
export function productFilter(query: {
  category?: unknown;
  text?: unknown;
}): ProductFilter | { problems: FieldProblem[] } {
  const { category, text } = query;
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
  return problems.length > 0 ? { problems } : filter;
}

function wordsOf(text: unknown): string[] | undefined {
  if (typeof text !== 'string' || !TEXT.test(text)) return undefined;
  const words = text.match(WORD) ?? [];
  return words.length >= 1 && words.length <= WORDS_MAX ? words : undefined;
}
