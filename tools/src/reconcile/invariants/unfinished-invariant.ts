import type { RecordedStep } from '@backstitch/saga-engine';
import type { MovingSaga } from '../reading/rows.js';

/** Within a takeover and a scan every saga that is due is driven again. */
const DRIVEN_AGAIN_S = 30;

/**
 * What is wrong with an unfinished saga; undefined when it is on its way, or parked with a reason. Of
 * a definition that is not on record, `steps` is undefined: any of its steps may be late.
 */
export function unfinishedProblem(
  saga: MovingSaga,
  steps: readonly RecordedStep[] | undefined,
): string | undefined {
  const { status, currentStep, overdueS, unattendedS, needsAttention, lastError } = saga;
  if (status === 'DONE' || status === 'COMPENSATED') return undefined;
  const at = `${status} at ${currentStep}`;
  if (status === 'WAITING') {
    if (saga.dueAtS === null) return `${at}, and no timer will end it`;
    // A timer of any orchestrator takes it, which then drives it.
    return overdueS > DRIVEN_AGAIN_S ? `${at}, ${Math.round(overdueS)} s past its time` : undefined;
  }
  if (needsAttention && lastError === null) return `parked (${at}) without saying why`;
  if (overdueS <= 0) return undefined;
  if (unattendedS === null || unattendedS > DRIVEN_AGAIN_S) {
    return `${at}, past its deadline, and no orchestrator drives it`;
  }
  // Undos, the pivot and what follows it ignore the deadline: they are retried for ever.
  const isPastPivot = !steps || steps.some((step) => step.name === currentStep && step.pastPivot);
  const mayBeLate = status === 'COMPENSATING' || isPastPivot;
  if (!mayBeLate && overdueS > DRIVEN_AGAIN_S)
    return `${at}, ${Math.round(overdueS)} s past its deadline`;
  return undefined;
}
