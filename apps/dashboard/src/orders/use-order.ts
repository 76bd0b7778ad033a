import { ApiProblem } from '@backstitch/api-client';
import { useQuery } from '@tanstack/react-query';
import { api } from '../app/api.js';
import { useSessionState } from '../app/session.js';
import { askAgainAfterMs, isEnded } from './follow-order.js';

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
    refetchInterval: ({ state: { data, error, dataUpdateCount, errorUpdateCount } }) => {
      if (data ? isEnded(data) : error !== null) return false;
      return askAgainAfterMs(dataUpdateCount + errorUpdateCount);
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
