import { ApiProblem } from '@backstitch/api-client';
import { useQuery } from '@tanstack/react-query';
import { api } from '../../app/api.js';
import type { OperatedSaga } from '../answers.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const OF_USER_MAX = 20;

/** The sagas that an id leads to: of the saga, of its order, or of its user, whatever it is. */
export function useFoundSagas(id: string | undefined) {
  return useQuery({
    queryKey: ['operations', 'found', id],
    queryFn: () => find(id!),
    enabled: id !== undefined,
  });
}

async function find(id: string): Promise<OperatedSaga[]> {
  if (UUID.test(id)) {
    const found = (await sagaOf(id)) ?? (await sagaOfOrder(id));
    if (found) return [found];
  }
  const query = { userId: id, limit: String(OF_USER_MAX) };
  const { data } = await api.GET('/api/orders', { params: { query: query as never } });
  const ids = data!.orders.flatMap(({ sagaId }) => sagaId ?? []);
  const sagas = await Promise.all(ids.map(sagaOf));
  return sagas.filter((saga) => saga !== undefined);
}

async function sagaOf(sagaId: string): Promise<OperatedSaga | undefined> {
  const asked = api.GET('/api/operations/sagas/{sagaId}', { params: { path: { sagaId } } });
  return (await unlessMissing(asked))?.data;
}

async function sagaOfOrder(orderId: string): Promise<OperatedSaga | undefined> {
  const asked = api.GET('/api/checkout/orders/{orderId}', { params: { path: { orderId } } });
  const sagaId = (await unlessMissing(asked))?.data?.sagaId;
  return sagaId ? sagaOf(sagaId) : undefined;
}

async function unlessMissing<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return undefined;
    throw error;
  }
}
