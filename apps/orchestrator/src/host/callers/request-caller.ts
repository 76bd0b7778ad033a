import { AccessRows, type Caller, callerFrom, decide } from '@backstitch/auth';
import { Problem } from '@backstitch/service-kit';

const NO_CALLER = 'This part of the batch has no caller. Only a gateway sends batches here.';
const UNREADABLE =
  'The caller of this part of the batch cannot be read. Only an app of this system writes it.';

const PLACE_ORDER = new AccessRows('orchestrator').find('POST', '/checkout')!.access;

/**
 * The caller of a checkout in a batch, as the gateway named it. Undefined without one, unless it is
 * required. Throws a Problem, also for a caller who may not place orders.
 */
export function callerOfMember(sent: unknown, isRequired: boolean): Caller | undefined {
  if (sent === undefined) {
    if (isRequired) throw new Problem('TOKEN_REQUIRED', NO_CALLER);
    return undefined;
  }
  const caller = callerFrom(sent);
  if (!caller) throw new Problem('SIGNATURE_INVALID', UNREADABLE);
  const decision = decide(PLACE_ORDER, caller, Date.now() / 1000);
  if (!decision.allowed) throw new Problem(decision.code);
  return caller;
}
