import { type Asked, toldBy } from '../load/ledger.js';
import type { Breach } from './breach.js';

/** Intents with a key whose clients sent the request again and still got no final answer. Pure. */
export function neverTold(asked: readonly Asked[]): Breach[] {
  const keyed = asked.filter(({ intent, otherCart }) => intent.key !== undefined && !otherCart);
  const waiting = new Map(keyed.map((one) => [one.intent, one]));
  for (const one of keyed) {
    if (['yes', 'no'].includes(toldBy(one))) waiting.delete(one.intent);
  }
  return [...waiting.values()].map(({ intent, answer, silence }) => {
    const heard = answer ? `${answer.status} ${answer.code ?? ''}`.trimEnd() : silence;
    return { what: `it got no final answer; the last one: ${heard}`, intent };
  });
}
