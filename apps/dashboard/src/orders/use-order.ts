import { ApiProblem } from '@backstitch/api-client';
import { useQuery } from '@tanstack/react-query';
import { api } from '../app/api.js';
import { useSessionState } from '../app/session.js';
import type { Saga } from './order-story.js';

const OFTEN_MS = 500;
const SELDOM_MS = 2_000;
/** The usual order has ended by then. */
const OFTEN_FOR_MS = 15_000;

export function isEnded({ status }: Pick<Saga, 'status'>): boolean {
  return status === 'DONE' || status === 'COMPENSATED';
}

/** The saga, asked again until it has ended, also after a failure: data that is there stays. */
export function useSaga(sagaId: string | undefined) {
  const state = useSessionState();
  return useQuery({
    queryKey: ['saga', state, sagaId],
    queryFn: async () => {
      const params = { path: { sagaId: sagaId! } };
      return (await api.GET('/api/sagas/{sagaId}', { params })).data!;
    },
    enabled: sagaId !== undefined && state !== 'starting',
    refetchInterval: ({ state: { data, error } }) => {
      if (data ? isEnded(data) : error !== null) return false;
      const ageMs = data ? Date.now() - Date.parse(data.createdAt) : 0;
      return ageMs < OFTEN_FOR_MS ? OFTEN_MS : SELDOM_MS;
    },
    refetchOnWindowFocus: false,
  });
}

/** The order. Right after a checkout it does not exist yet: it is asked for when its saga has made it. */
export function useOrder(orderId: string, isMade: boolean, version: string) {
  const state = useSessionState();
  return useQuery({
    queryKey: ['order', state, orderId, version],
    queryFn: async () => {
      const params = { path: { orderId } };
      return (await api.GET('/api/checkout/orders/{orderId}', { params })).data!;
    },
    enabled: isMade && state !== 'starting',
    retry: (failures, error) =>
      failures < 2 && error instanceof ApiProblem && (error.status === 0 || error.status >= 500),
    placeholderData: (before) => before,
  });
}
