import type { MovingSaga } from './reading.js';
import { PIVOT } from './story-invariant.js';

/** A takeover and a scan later, whoever is due is being driven again. */
const DRIVEN_AGAIN_S = 30;

/** Why an unfinished saga is a worry; undefined when it is on its way, or parked in plain sight. */
export function unfinishedProblem(saga: MovingSaga): string | undefined {
  const { status, currentStep, overdueS, unattendedS, needsAttention, lastError } = saga;
  if (status === 'DONE' || status === 'COMPENSATED') return undefined;
  const at = `${status} at ${currentStep}`;
  if (needsAttention && lastError === null) return `parked (${at}) without saying why`;
  if (overdueS <= 0) return undefined;
  if (unattendedS === null || unattendedS > DRIVEN_AGAIN_S) {
    return `${at}, past its deadline, and nobody drives it on`;
  }
  // An undo and the pivot ignore the deadline: they are retried for ever.
  const mayBeLate = status === 'COMPENSATING' || currentStep === PIVOT;
  if (!mayBeLate && overdueS > DRIVEN_AGAIN_S)
    return `${at}, ${Math.round(overdueS)} s past its deadline`;
  return undefined;
}
