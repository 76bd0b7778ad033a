import { textMember } from '../app/text-member.js';

/** What the address of the shop says: which products are shown. */
export interface ProductSearch {
  category?: string;
  text?: string;
}

export function productSearch(search: Record<string, unknown>): ProductSearch {
  return { ...textMember(search, 'category'), ...textMember(search, 'text') };
}

/** The cursor of the next page in a Link header; undefined on the last page. */
export function nextCursor(link: string | null): string | undefined {
  const address = /<([^>]+)>;\s*rel="next"/.exec(link ?? '')?.[1];
  if (address === undefined) return undefined;
  return new URL(address, 'http://page').searchParams.get('after') ?? undefined;
}
