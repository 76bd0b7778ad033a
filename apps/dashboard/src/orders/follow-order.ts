import type { Saga } from './order-story.js';

export function isEnded({ status }: Pick<Saga, 'status'>): boolean {
  return status === 'DONE' || status === 'COMPENSATED';
}

/**
 * Often at first, when the usual order ends; then within what a gateway in production serves to a
 * guest in a minute. Counted, because the clock of a browser may differ from that of the server.
 */
export function askAgainAfterMs(timesAsked: number): number {
  if (timesAsked < 10) return 500;
  return timesAsked < 20 ? 1_000 : 3_000;
}
