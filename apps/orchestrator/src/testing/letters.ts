import type { AppProcess } from '@backstitch/testkit';
import type { DeadLetterView } from '@backstitch/shared-types';
import { ask, type Orchestrators } from './orchestrators.js';

/** On a busy machine no command is sent twice, so that each is answered once. */
export const UNHURRIED = {
  REPLY_TIMEOUT_MS: '20000',
  PAYMENT_REPLY_TIMEOUT_MS: '20000',
  STEP_DEADLINE_MS: '60000',
  CHECKOUT_WAIT_MS: '30000',
};

export type Letter = DeadLetterView;

/** The headers of a message that was given up for this reason, so many days ago. */
export function dying(reason: string, daysAgo = 1): Record<string, string> {
  const at = new Date(Date.now() - daysAgo * 86_400_000).toISOString();
  return { 'dead-reason': reason, 'dead-detail': 'why', 'dead-at': at };
}

export async function letterIn(one: AppProcess, queue: string): Promise<Letter[]> {
  const { body } = await ask(one, 'GET', `/dead-letters?queue=${queue}`);
  return body.letters as Letter[];
}

/** What is on record about a letter or a saga, oldest first. */
export function recordsOf(
  shop: Orchestrators,
  subjectId: string,
): Promise<Record<string, unknown>[]> {
  return shop.query('SELECT * FROM operator_actions WHERE subject_id = $1 ORDER BY at', [
    subjectId,
  ]);
}
