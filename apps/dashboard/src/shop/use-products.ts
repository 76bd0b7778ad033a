import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { api, type Product, queries } from '../app/api.js';
import { nextCursor, type ProductSearch } from './product-search.js';

interface Page {
  products: Product[];
  next: string | undefined;
}

async function readPage(
  search: ProductSearch,
  after: string | undefined,
  limit: number,
): Promise<Page> {
  const query = { ...search, limit, ...(after !== undefined && { after }) };
  const params = { query } as unknown as { query: { limit: string; after: string } };
  const { data, response } = await api.GET('/api/products', { params });
  return { products: data!, next: nextCursor(response.headers.get('link')) };
}

/** The catalogue by name, 24 products a page. */
export function useProducts(search: ProductSearch) {
  return useInfiniteQuery({
    queryKey: ['products', search],
    queryFn: ({ pageParam }) => readPage(search, pageParam, 24),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
  });
}

/** Of the whole catalogue, up to 500 products. */
export function readCatalogue(): Promise<ReadonlyMap<string, Product>> {
  return queries.fetchQuery({
    queryKey: ['products', 'all'],
    queryFn: async () => {
      const found = new Map<string, Product>();
      let after: string | undefined;
      for (let page = 0; page < 5; page += 1) {
        const { products, next } = await readPage({}, after, 100);
        for (const product of products) found.set(product.id, product);
        if (next === undefined) break;
        after = next;
      }
      return found;
    },
    staleTime: 5_000,
  });
}

export async function productsById(ids: readonly string[]): Promise<ReadonlyMap<string, Product>> {
  return ids.length === 0 ? new Map() : readCatalogue();
}

/** For the filter. */
export function useCategories(): readonly string[] {
  const { data } = useQuery({
    queryKey: ['products', 'categories'],
    queryFn: async () => {
      const products = [...(await readCatalogue()).values()];
      const names = new Set(products.flatMap(({ category }) => category ?? []));
      return [...names].sort((one, other) => one.localeCompare(other));
    },
    staleTime: 60_000,
  });
  return data ?? [];
}

/** The names of products by their ids, for the lines of an order. */
export function useProductNames(): ReadonlyMap<string, Product> | undefined {
  return useQuery({
    queryKey: ['products', 'names'],
    queryFn: readCatalogue,
    staleTime: 60_000,
  }).data;
}
