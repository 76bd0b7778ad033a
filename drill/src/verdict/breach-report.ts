import type { Asked, Intent } from '../load/ledger.js';
import type { Site } from '../site/site.js';
import type { Breach } from './breach.js';

interface LogRow {
  at: string;
  step: string;
  status: string;
  data: string | null;
}

const HISTORY = `SELECT to_char(created_at AT TIME ZONE 'UTC', 'HH24:MI:SS.MS') AS at, step, status,
    data::text AS data FROM saga_logs WHERE saga_id = $1 ORDER BY saga_logs.created_at`;

/** All breaches of one saga, and all that is known of it: the answers and its log. */
export async function breachReportOf(
  breaches: readonly Breach[],
  asked: readonly Asked[],
  site: Pick<Site, 'rows'>,
): Promise<string[]> {
  const intent = breaches.find((breach) => breach.intent)?.intent;
  const { sagaId, orderId } = breaches.find((breach) => breach.sagaId !== undefined) ?? {};
  const about = [
    ...(intent ? [`${intent.kind} of ${intent.userId}, ${intent.key ?? 'no key'}`] : []),
    ...(sagaId === undefined ? [] : [`saga ${sagaId}`]),
    ...(orderId === undefined ? [] : [`order ${orderId}`]),
  ];
  return [
    ...breaches.map(({ what }) => what),
    ...(about.length > 0 ? [`    ${about.join(', ')}`] : []),
    ...(intent ? heardBy(intent, asked) : []),
    ...(sagaId === undefined ? [] : await historyOf(sagaId, site)),
  ];
}

/** Groups breaches by saga, or by intent where there is no saga. */
export function bySaga(breaches: readonly Breach[]): Breach[][] {
  const groups = new Map<string, Breach[]>();
  for (const breach of breaches) {
    const about = breach.sagaId ?? (breach.intent && `intent ${breach.intent.id}`) ?? breach.what;
    const known = groups.get(about);
    if (known) known.push(breach);
    else groups.set(about, [breach]);
  }
  return [...groups.values()];
}

function heardBy(intent: Intent, asked: readonly Asked[]): string[] {
  return asked
    .filter((one) => one.intent === intent)
    .map(({ requestId, askedAtMs, answer, silence, otherCart }) => {
      const cart = otherCart ? ' (another cart)' : '';
      const heard = answer
        ? `${answer.status} ${answer.code ?? ''} after ${answer.atMs - askedAtMs} ms, saga ${answer.sagaId ?? '-'}, order ${answer.orderId ?? '-'}`
        : `no answer: ${silence}`;
      return `    ${seconds(askedAtMs)} ${requestId}${cart}: ${heard}`;
    });
}

async function historyOf(sagaId: string, site: Pick<Site, 'rows'>): Promise<string[]> {
  const rows = await site.rows<LogRow>('orchestrator', HISTORY, [sagaId]);
  return rows.map(({ at, step, status, data }) => `    ${at} ${step} ${status} ${data ?? ''}`);
}

function seconds(ms: number): string {
  return `+${(ms / 1_000).toFixed(3)} s`;
}
