import { Pool } from 'undici';
import type { Asked, Intent, Ledger, Line } from './ledger.js';

const CONNECTIONS_MAX = 1_024;
/** Longer than the gateway waits for an orchestrator. */
const ANSWER_WITHIN_MS = 20_000;

export interface Manner {
  /** Another cart under the same key. */
  otherCart?: readonly Line[];
  preferAsync?: boolean;
  /** The client hangs up after so long. */
  hangUpAfterMs?: number;
}

/** Buys through the gateway, and writes down every request and every answer. */
export class ShopClient {
  waiting = 0;
  private readonly pool: Pool;

  constructor(
    gatewayUrl: string,
    private readonly ledger: Ledger,
  ) {
    this.pool = new Pool(gatewayUrl, {
      connections: CONNECTIONS_MAX,
      headersTimeout: ANSWER_WITHIN_MS,
      bodyTimeout: ANSWER_WITHIN_MS,
      connect: { timeout: 2_000 },
    });
  }

  /** Never rejects: that there was no answer is an answer too. */
  async ask(intent: Intent, manner: Manner = {}): Promise<Asked> {
    const asked = this.ledger.enter(intent, manner.otherCart !== undefined);
    const items = manner.otherCart ?? intent.items;
    const { shopper, userId } = intent;
    this.waiting += 1;
    try {
      const response = await this.pool.request({
        method: 'POST',
        path: '/api/checkout',
        headers: {
          'content-type': 'application/json',
          'x-request-id': asked.requestId,
          ...(shopper && { authorization: `Bearer ${shopper.token}` }),
          ...(intent.key !== undefined && { 'idempotency-key': intent.key }),
          ...(manner.preferAsync && { prefer: 'respond-async' }),
        },
        body: JSON.stringify(shopper ? { items } : { userId, items }),
        ...(manner.hangUpAfterMs && { signal: AbortSignal.timeout(manner.hangUpAfterMs) }),
      });
      asked.answeredId = String(response.headers['x-request-id']);
      const body = parsed(await response.body.text());
      asked.answer = {
        status: response.statusCode,
        ...textsOf(body),
        replayed: response.headers['idempotent-replayed'] === 'true',
        atMs: this.ledger.nowMs(),
      };
    } catch (error) {
      asked.silence = (error as NodeJS.ErrnoException).code ?? String(error);
      asked.silentAtMs = this.ledger.nowMs();
    } finally {
      this.waiting -= 1;
    }
    return asked;
  }

  async close(): Promise<void> {
    await this.pool.destroy();
  }
}

/** What is no JSON is an answer without a word; its status then says that it is wrong. */
function parsed(text: string): Record<string, unknown> {
  try {
    return (JSON.parse(text) as Record<string, unknown> | null) ?? {};
  } catch {
    return {};
  }
}

function textsOf(body: Record<string, unknown>): {
  code?: string;
  sagaId?: string;
  orderId?: string;
} {
  const named = ['code', 'sagaId', 'orderId'].filter((name) => typeof body[name] === 'string');
  return Object.fromEntries(named.map((name) => [name, body[name]]));
}
