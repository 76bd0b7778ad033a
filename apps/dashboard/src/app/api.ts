import { ApiProblem, apiClient, type components, Session } from '@backstitch/api-client';
import { QueryClient, queryOptions, useQuery } from '@tanstack/react-query';
import { guestToken } from './guest.js';

export type Schemas = components['schemas'];
export type Product = Schemas['ProductAnswer'];
export type Site = Schemas['SiteAnswer'];

/** Refresh tokens are used once, so that all tabs wait for each other. */
const alone = <Result>(run: () => Promise<Result>): Promise<Result> =>
  navigator.locks.request('backstitch.session', run) as Promise<Result>;

export const session = new Session({
  fetch: (input, init) => fetch(input, init),
  nowMs: () => Date.now(),
  alone,
});

/** Answers that another try may change: no answer, too many requests, or a server in trouble. */
function isPassing(error: unknown): boolean {
  return error instanceof ApiProblem && (error.status === 0 || error.status >= 500);
}

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (failures, error) => isPassing(error) && failures < 2,
      retryDelay: (failures) => 500 * 2 ** failures,
      staleTime: 5_000,
      refetchOnWindowFocus: true,
    },
    mutations: { retry: false },
  },
});

/** Without the token of a guest: whether guests have one is what it asks. */
const open = apiClient({ baseUrl: location.origin, session });

const site = queryOptions({
  queryKey: ['site'],
  queryFn: async () => (await open.GET('/api/site')).data!,
  staleTime: Infinity,
});

export const api = apiClient({
  baseUrl: location.origin,
  session,
  guestToken: async () => ((await siteNow()).guests === 'token' ? guestToken() : undefined),
});

/** What the server says of itself. */
export function siteNow(): Promise<Site> {
  return queries.ensureQueryData(site);
}

export function useSite() {
  return useQuery(site);
}
