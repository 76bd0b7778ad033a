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

/** The headers of a message that was given up for this reason. */
export function dying(reason: string): Record<string, string> {
  return { 'dead-reason': reason, 'dead-detail': 'why', 'dead-at': '2026-11-20T12:00:00.000Z' };
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
