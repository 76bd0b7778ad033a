import { type Caller, openCaller } from '@backstitch/auth';

/** The caller of a checkout. Without a token, the body says who it is. Pure. */
export function checkoutCaller(caller: Caller | undefined, userId: string): Caller {
  return !caller || caller.kind === 'open' ? openCaller(userId) : caller;
}

/** A caller with a token is the same object in each of its requests. */
const withoutSessions = new WeakMap<Caller, Caller>();

/** The caller without its session and its login: a checkout is the same in any session. */
export function withoutSession(caller: Caller): Caller {
  let without = withoutSessions.get(caller);
  if (!without) {
    const { sid: _sid, tokenId: _tokenId, authTimeS: _authTimeS, amr: _amr, ...rest } = caller;
    without = rest;
    withoutSessions.set(caller, without);
  }
  return without;
}

/** A body with the subject of the token as its userId, where it names none. Pure. */
export function withUserId(body: unknown, caller: Caller | undefined): unknown {
  if (!caller || caller.kind === 'open') return body;
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  return isObject && !('userId' in body) ? { userId: caller.subject, ...body } : body;
}
