import type { Site } from '../site/site.js';

/**
 * Orders that anybody may cancel by their id: of keyed checkouts without a token. A cart without a key
 * that is bought again after a cancellation is a second order, and the verdict expects one.
 */
const CANCELLABLE = `SELECT order_id AS id FROM saga_state JOIN idempotency_keys USING (saga_id)
  WHERE kind = 'KEYED' AND definition = 'checkout' AND coalesce(input->>'caller', 'o:') LIKE 'o:%'
    AND status = $1 ORDER BY saga_state.created_at DESC LIMIT $2`;

export type Cancellable = 'DONE' | 'RUNNING';

/** Sends so many cancellations of each order at once, and says how many were answered with a success. */
export async function cancelOrders(
  site: Site,
  status: Cancellable,
  { orders, times }: { orders: number; times: number },
): Promise<number> {
  const found = await site
    .rows<{ id: string }>('orchestrator', CANCELLABLE, [status, orders])
    .catch(() => []);
  const asked = found.flatMap(({ id }) => Array.from({ length: times }, () => cancel(site, id)));
  const answers = await Promise.all(asked);
  return answers.filter((answered) => answered === 200 || answered === 202).length;
}

/** The status of the answer; undefined without one. */
async function cancel({ gatewayUrl }: Site, orderId: string): Promise<number | undefined> {
  try {
    const response = await fetch(`${gatewayUrl}/api/orders/${orderId}/cancel`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ reason: 'drill' }),
      signal: AbortSignal.timeout(20_000),
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return undefined;
  }
}
