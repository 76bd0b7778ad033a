import { describe, expect, it } from '@jest/globals';
import { pagesOf } from './pages.js';

interface List {
  entries: number[];
  next: string | null;
}

/** A list of so many entries, as an orchestrator answers it; and what it was asked. */
function listOf(count: number) {
  const asked: string[] = [];
  const get = async (query: string): Promise<List> => {
    asked.push(query);
    const params = new URLSearchParams(query);
    const from = Number(params.get('after') ?? 0);
    const to = Math.min(from + Number(params.get('limit') ?? 100), count);
    const entries = Array.from({ length: to - from }, (_, at) => from + at);
    return { entries, next: to < count ? String(to) : null };
  };
  const join = (before: List, page: List) => ({
    entries: [...before.entries, ...page.entries],
    next: page.next,
  });
  return { asked, pages: { get, join, entries: (list: List) => list.entries } };
}

describe('a list that an operator asks for', () => {
  it('is one request when one page has all entries', async () => {
    const { asked, pages } = listOf(7);
    expect((await pagesOf(pages, { state: 'parked' })).entries).toHaveLength(7);
    await pagesOf(pages, { limit: '3' });
    await pagesOf(pages, { limit: 'many' });
    expect(asked).toEqual(['?state=parked', '?limit=3', '?limit=many']);
  });

  it('is put together from as many pages as it takes, and no entry is left out or told twice', async () => {
    const { asked, pages } = listOf(1_000);
    const { entries, next } = await pagesOf(pages, { state: 'parked', limit: '250' });
    expect(entries).toEqual(Array.from({ length: 250 }, (_, at) => at));
    expect(next).toBe('250');
    expect(asked).toEqual([
      '?state=parked&limit=100',
      '?state=parked&limit=100&after=100',
      '?state=parked&limit=50&after=200',
    ]);
  });

  it('ends where the list does', async () => {
    const { pages } = listOf(150);
    expect(await pagesOf(pages, { limit: '900' })).toMatchObject({ next: null });
  });
});
