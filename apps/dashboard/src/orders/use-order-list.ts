import { useInfiniteQuery } from '@tanstack/react-query';
import { api } from '../app/api.js';
import type { OrderSearch } from './order-search.js';

const PAGE = 20;

/** Orders that the account bought, or that it sold; newest first. */
export function useOrderList(of: 'userId' | 'sellerId', search: OrderSearch) {
  return useInfiniteQuery({
    queryKey: ['orders', of, search],
    queryFn: async ({ pageParam }) => {
      const query = { [of]: 'me', ...search, limit: String(PAGE), cursor: pageParam };
      const { data } = await api.GET('/api/orders', { params: { query: query as never } });
      return data!;
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
  });
}
