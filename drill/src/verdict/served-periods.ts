import { type Asked, toldBy } from '../load/ledger.js';
import type { Injected } from '../schedule/schedule.js';
import type { Breach } from './breach.js';

/**
 * Requests that were not served, although the fault of the moment must not harm any: every shopper
 * has a valid token. A period in which none was served proves nothing, and is a breach as well. Pure.
 */
export function unservedBreaches(asked: readonly Asked[], injected: readonly Injected[]): Breach[] {
  return injected.flatMap(({ fault, served = [] }) =>
    served.flatMap((period) => {
      const within = asked.filter((one) => {
        const endedAtMs = one.answer?.atMs ?? one.silentAtMs;
        const isOver = endedAtMs !== undefined && endedAtMs <= period.untilMs;
        return isOver && one.askedAtMs >= period.fromMs;
      });
      const failed = within.filter((one) => !isServed(one) && !isHungUp(one));
      if (within.some(isServed)) {
        return failed.map((one) => ({ what: `${fault}: ${sentenceOf(one)}`, intent: one.intent }));
      }
      const [from, until] = [period.fromMs, period.untilMs].map((ms) => (ms / 1_000).toFixed(1));
      return [{ what: `${fault}: no request was served between ${from} and ${until} s` }];
    }),
  );
}

function isServed(one: Asked): boolean {
  return ['yes', 'no', 'going on'].includes(toldBy(one));
}

/** The shopper hung up, as shoppers of this kind do. */
function isHungUp({ answer, intent }: Asked): boolean {
  return answer === undefined && intent.kind === 'impatient';
}

function sentenceOf({ requestId, answer, silence }: Asked): string {
  const told = answer ? `answered ${answer.status} ${answer.code ?? ''}`.trimEnd() : silence;
  return `${requestId} was not served, although its token was valid: ${told}`;
}
