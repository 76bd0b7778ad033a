import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, queries } from '../app/api.js';
import type {
  ChaosView,
  DeadLetterGroup,
  DeadLetterList,
  SagaList,
  WholeDeadLetter,
} from './answers.js';
import type { LetterSearch, SagaSearch } from './ops-search.js';

const EVERY_MS = 3_000;
const PAGE = 50;
/** The OpenAPI document has neither the filters that may be left out nor these answers. */
const asked = (query: object) => ({ params: { query: query as never } });
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller names it
const answered = <Answer>({ data }: { data?: unknown }): Answer => data as Answer;

export const sagaList = ({ state }: Pick<SagaSearch, 'state'>) =>
  infiniteQueryOptions({
    queryKey: ['operations', 'sagas', state],
    queryFn: async ({ pageParam }) => {
      const query = { state: state ?? 'unfinished', limit: PAGE, after: pageParam };
      return answered<SagaList>(await api.GET('/api/operations/sagas', asked(query)));
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    refetchInterval: EVERY_MS,
  });

export const letterList = (search: LetterSearch) =>
  infiniteQueryOptions({
    queryKey: ['operations', 'dead-letters', search],
    queryFn: async ({ pageParam }) => {
      const query = { ...search, limit: PAGE, after: pageParam };
      return answered<DeadLetterList>(await api.GET('/api/operations/dead-letters', asked(query)));
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    refetchInterval: EVERY_MS,
  });

export const letterGroups = queryOptions({
  queryKey: ['operations', 'dead-letters', 'groups'],
  queryFn: async () => {
    const answer = await api.GET('/api/operations/dead-letters/groups', asked({}));
    return answered<{ groups: DeadLetterGroup[]; more: number }>(answer);
  },
  refetchInterval: EVERY_MS,
});

export const oneLetter = (id: string) =>
  queryOptions({
    queryKey: ['operations', 'dead-letters', 'one', id],
    queryFn: async () => {
      const params = { path: { id } };
      return answered<WholeDeadLetter>(
        await api.GET('/api/operations/dead-letters/{id}', { params }),
      );
    },
  });

export const chaosNow = queryOptions({
  queryKey: ['operations', 'chaos'],
  queryFn: async () => answered<ChaosView>(await api.GET('/api/operations/chaos', {})),
  refetchInterval: ({ state }) => (state.error && !state.data ? false : EVERY_MS),
  retry: false,
});

export function refreshOperations(): Promise<void> {
  return queries.invalidateQueries({ queryKey: ['operations'] });
}
