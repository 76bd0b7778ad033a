import type { Caller } from '@backstitch/auth';
import { Problem } from '@backstitch/service-kit';

/**
 * The caller, if `userId` is their own: `me`, or the subject of the token. The cart of another account
 * is not found. Throws 404.
 */
export function cartOwner(userId: string, caller: Caller | undefined): Caller {
  if (caller && (userId === 'me' || userId === caller.subject)) return caller;
  throw new Problem('CART_NOT_FOUND');
}
