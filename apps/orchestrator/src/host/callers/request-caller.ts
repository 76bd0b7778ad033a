import { type Caller, CALLER_HEADER, callerFrom, decodeCaller } from '@backstitch/auth';
import { Problem } from '@backstitch/service-kit';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

const NO_CALLER = `The request has no ${CALLER_HEADER}. Only a gateway sends requests here.`;
const UNREADABLE =
  'The caller of the request cannot be read. Only an app of this system writes it.';

/**
 * The caller of a request, as the gateway named it. Undefined without one, unless it is required.
 * Throws a Problem.
 */
export function callerIn(headers: Headers, isRequired: boolean): Caller | undefined {
  const header = headers[CALLER_HEADER];
  if (header === undefined) return withoutCaller(isRequired);
  const caller = typeof header === 'string' ? decodeCaller(header) : undefined;
  if (caller) return caller;
  throw new Problem('SIGNATURE_INVALID', UNREADABLE);
}

/** The caller of a checkout in a batch; see callerIn. */
export function knownCaller(sent: unknown, isRequired: boolean): Caller | undefined {
  if (sent === undefined) return withoutCaller(isRequired);
  const caller = callerFrom(sent);
  if (caller) return caller;
  throw new Problem('SIGNATURE_INVALID', UNREADABLE);
}

function withoutCaller(isRequired: boolean): undefined {
  if (isRequired) throw new Problem('TOKEN_REQUIRED', NO_CALLER);
}
