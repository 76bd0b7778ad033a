import type { Caller } from '@backstitch/auth';
import { validationProblem } from '@backstitch/service-kit';
import type { OperatorRequest, ReplayRequest } from './operator-request.dto.js';

/** What an operator asks for, and who the operator is. Recorded. */
export interface OperatorAct extends Pick<ReplayRequest, 'reason' | 'repaired'> {
  /** The subject of the token, or the name in a request without one. */
  readonly operator: string;
  /** The id of the caller, and of its token. */
  readonly caller?: string;
  readonly tokenId?: string;
}

/**
 * Takes the operator from the token. Without a caller, which only development permits, the body
 * names the operator. Throws a validation problem. Pure.
 */
export function operatorAct(
  caller: Caller | undefined,
  { operator, ...request }: OperatorRequest,
): OperatorAct {
  if (!caller) {
    if (operator === undefined) throw refused('operator must be there: who acts');
    return { ...request, operator };
  }
  if (operator !== undefined && operator !== caller.subject) {
    throw refused('operator must be left out: it is the subject of the token');
  }
  const { id, subject, tokenId } = caller;
  return { ...request, operator: subject, caller: id, ...(tokenId !== undefined && { tokenId }) };
}

function refused(message: string) {
  return validationProblem([{ field: 'operator', message }]);
}
