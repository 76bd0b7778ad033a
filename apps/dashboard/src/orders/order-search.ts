import { textMember } from '../app/text-member.js';

/** What the address of a list of orders says: which orders are shown. The server checks the words. */
export interface OrderSearch {
  status?: string;
  stage?: string;
}

export function orderSearch(search: Record<string, unknown>): OrderSearch {
  return { ...textMember(search, 'status'), ...textMember(search, 'stage') };
}
