import { type Caller, openCaller } from '@backstitch/auth';

/** The caller of a checkout. Without a token, the body says who it is. Pure. */
export function checkoutCaller(caller: Caller | undefined, userId: string): Caller {
  return !caller || caller.kind === 'open' ? openCaller(userId) : caller;
}

/** A body with the subject of the token as its userId, where it names none. Pure. */
export function withUserId(body: unknown, caller: Caller | undefined): unknown {
  if (!caller || caller.kind === 'open') return body;
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  return isObject && !('userId' in body) ? { userId: caller.subject, ...body } : body;
}
