import { guestCaller, machineId, userId } from '@backstitch/auth';
import { DEVELOPMENT_ISSUER } from '@backstitch/shared-types';

export type ShopperKind = 'user' | 'machine' | 'guest';

/** Who buys, with a token for it. */
export interface Shopper {
  readonly kind: ShopperKind;
  /** The `sub` of its tokens: the userId of its orders. */
  readonly subject: string;
  /** Names it in every app. */
  readonly callerId: string;
  /** A token that is valid now. */
  readonly token: string;
}

/** Of a caller with tokens of identity-service. */
export function callerIdOf(kind: ShopperKind, subject: string): string {
  if (kind === 'guest') return guestCaller(subject).id;
  return (kind === 'user' ? userId : machineId)(DEVELOPMENT_ISSUER, subject);
}
