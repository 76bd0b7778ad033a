import {
  type ActorRole,
  type OrderAction,
  type OrderStage,
  type ProgressStage,
  uuidOf,
} from '@backstitch/shared-types';

/** What people ask for to bring an order to each stage. */
export const ACTION_TO = {
  PREPARING: 'prepare',
  READY: 'ready',
  FULFILLED: 'fulfil',
} as const satisfies Record<ProgressStage, OrderAction>;

/** What the saga works on, as its row keeps it. */
export interface ProgressInput {
  /** Who owns the order, as Caller.id: this caller may read the saga. */
  caller: string;
  /** Who moves it on, as Caller.id. Undefined: a request in development without a caller. */
  actor?: string;
  actorRole: ActorRole;
  stage: ProgressStage;
  tracking?: string;
}

/** Equal requests for one version of the order are one saga. Pure. */
export function progressIdOf(
  orderId: string,
  version: number,
  { stage, actorRole }: Pick<ProgressInput, 'stage' | 'actorRole'>,
): string {
  return uuidOf('progress', orderId, String(version), stage, actorRole);
}

/** What a refusal of the order says, as order-service wrote it. Pure. */
export function conflictIn(details: unknown): { stage?: OrderStage; allowed?: OrderAction[] } {
  const { stage, allowed } = (details ?? {}) as { stage?: OrderStage; allowed?: OrderAction[] };
  return { ...(stage && { stage }), ...(allowed && { allowed }) };
}
