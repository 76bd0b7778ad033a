import type { DeadLetterView } from '@backstitch/shared-types';
import { deadLetterQueueOf, newUuid } from '@backstitch/shared-types';
import { type AppProcess, waitFor } from '@backstitch/testkit';
import { ask, type Orchestrators } from './orchestrators.js';

/** On a busy machine no command is sent twice, so that each is answered once. */
export const UNHURRIED = {
  REPLY_TIMEOUT_MS: '20000',
  PAYMENT_REPLY_TIMEOUT_MS: '20000',
  STEP_DEADLINE_MS: '60000',
  CHECKOUT_WAIT_MS: '30000',
};

/** The headers of a message that was given up for this reason, so many days ago. */
export function dying(reason: string, daysAgo = 1): Record<string, string> {
  const at = new Date(Date.now() - daysAgo * 86_400_000).toISOString();
  return { 'dead-reason': reason, 'dead-detail': 'why', 'dead-at': at };
}

/** Puts a message into the dead-letter queue of a command queue, and waits for its row. */
export async function deadLetterIn(
  shop: Orchestrators,
  queue: string,
  body: string | Buffer,
  { headers = {}, ...properties }: { headers?: object; [name: string]: unknown } = {},
): Promise<void> {
  const before = await openDeadLetters(shop);
  const bytes = Buffer.from(body);
  const sent = { headers, messageId: newUuid(), ...properties };
  await shop.vhost.publish(deadLetterQueueOf(queue), bytes, sent);
  await waitFor('the dead letter to be in the table', async () => {
    return (await openDeadLetters(shop)) > before;
  });
}

/** How many there are to be decided on. */
export async function openDeadLetters(shop: Orchestrators): Promise<number> {
  const text = `SELECT count(*)::int AS count FROM dead_letters WHERE state IN ('open', 'replaying')`;
  return Number((await shop.query(text))[0]!.count);
}

export async function listed(one: AppProcess, query = ''): Promise<DeadLetterView[]> {
  const { body } = await ask(one, 'GET', `/dead-letters${query}`);
  return body.deadLetters as DeadLetterView[];
}

/** What is on record about a dead letter or a saga, oldest first. */
export function recordsOf(
  shop: Orchestrators,
  subjectId: string,
): Promise<Record<string, unknown>[]> {
  return shop.query('SELECT * FROM operator_actions WHERE subject_id = $1 ORDER BY at', [
    subjectId,
  ]);
}
