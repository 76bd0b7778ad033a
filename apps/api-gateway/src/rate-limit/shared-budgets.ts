import { COUNTERS_MAX, type EdgeSyncAnswer, type RequestCounter } from '@backstitch/auth';
import { createHash } from 'node:crypto';
import type { Budgets } from './budgets.js';

const KEY_BYTES = 16;
/** All gateways together may keep this part of a limit to themselves. */
const UNTOLD_SHARE = 1 / 4;

/**
 * The name of a client among gateways. It is short, and identity-service does not learn an address
 * or a user from it. Pure.
 */
export function sharedKey(kind: string, client: string): string {
  const hash = createHash('sha256').update(`${kind}\n${client}`).digest();
  return hash.subarray(0, KEY_BYTES).toString('base64url');
}

/**
 * The budgets of this gateway together with those of the other gateways. Only clients that have
 * used much are told, the greatest share first, so that a request for edge-sync stays small. Pure.
 */
export class SharedBudgets {
  private gateways = 1;

  constructor(private readonly budgets: readonly Budgets[]) {}

  /** What the other gateways must know. */
  counters(nowMs: number): RequestCounter[] {
    const shareMin = UNTOLD_SHARE / this.gateways;
    const usages = this.budgets.flatMap((each) => each.usages(nowMs, shareMin));
    if (usages.length > COUNTERS_MAX) usages.sort((a, b) => b.share - a.share);
    return usages
      .slice(0, COUNTERS_MAX)
      .map(({ key, used, endsInMs }) => [key, used, endsInMs] as const);
  }

  /** How many gateways there are, and what the others have counted. */
  learn({ gateways, others }: Pick<EdgeSyncAnswer, 'gateways' | 'others'>): void {
    this.gateways = Math.max(1, gateways);
    const byKey = new Map(others);
    for (const each of this.budgets) each.learn(byKey);
  }

  /** Until learn() is called, this gateway has its part of each limit. */
  away(): void {
    for (const each of this.budgets) each.divide(this.gateways);
  }
}
