import { textMember } from '../app/text-member.js';

/** What the address of the sagas says. */
export interface SagaSearch {
  /** Of a saga, an order or a user. */
  q?: string;
  state?: string;
}

export function sagaSearch(search: Record<string, unknown>): SagaSearch {
  return { ...textMember(search, 'q'), ...textMember(search, 'state') };
}

/** What the address of the dead letters says, in the words of the API. */
export interface LetterSearch {
  queue?: string;
  pattern?: string;
  reason?: string;
  class?: string;
  saga?: string;
}

export function letterSearch(search: Record<string, unknown>): LetterSearch {
  return {
    ...textMember(search, 'queue'),
    ...textMember(search, 'pattern'),
    ...textMember(search, 'reason'),
    ...textMember(search, 'class'),
    ...textMember(search, 'saga'),
  };
}
