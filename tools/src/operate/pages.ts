import { queryOf } from './run.js';

/** The most that the orchestrator answers at once. */
const PAGE_MAX = 100;

/** How one kind of list is put together from its pages. */
export interface Pages<Answer> {
  get(query: string): Promise<Answer>;
  entries(answer: Answer): readonly unknown[];
  join(before: Answer, page: Answer): Answer;
}

/**
 * So many entries of a list, as one answer, however many pages they are. What is no number is the
 * orchestrator's to refuse.
 */
export async function pagesOf<Answer extends { readonly next: string | null }>(
  pages: Pages<Answer>,
  given: Readonly<Record<string, string | undefined>>,
): Promise<Answer> {
  const { limit, ...rest } = given;
  const wanted = Number(limit ?? PAGE_MAX);
  if (!(wanted > PAGE_MAX)) return pages.get(queryOf({ ...rest, limit }));
  let all = await pages.get(queryOf({ ...rest, limit: String(PAGE_MAX) }));
  while (all.next !== null && pages.entries(all).length < wanted) {
    const left = Math.min(PAGE_MAX, wanted - pages.entries(all).length);
    const query = queryOf({ ...rest, limit: String(left), after: all.next });
    all = pages.join(all, await pages.get(query));
  }
  return all;
}
