import { createHash } from 'node:crypto';
import type { Caller, Reach } from '@backstitch/auth';
import {
  cursorOf,
  marketplaceStatus,
  ORDER_STAGES,
  type OrderListQuery,
  type OrderStage,
  positionOf,
} from '@backstitch/shared-types';
import { STATE_OF } from '../orders/order-stages.js';

/** Which rows a list reads. */
interface OrderScope {
  userId?: string;
  /** As Caller.id: of several callers with one userId only this one. */
  caller?: string;
  sellerId?: string;
}

/** A part of a list. */
export interface OrderPage extends OrderScope {
  stages: readonly OrderStage[];
  /** From this id on, up to another one, which is not in it. */
  from: string;
  before: string;
  limit: number;
}

const LIST = 'orders';
const FIRST = '00000000-0000-0000-0000-000000000000';
const LAST = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/**
 * Whose orders a caller gets. With the reach `own` these are its own, bought or sold; undefined when it asks for
 * those of others. Without a caller, in development, all. Pure.
 */
export function scopeOf(
  { userId, sellerId }: Pick<OrderListQuery, 'userId' | 'sellerId'>,
  asking: Caller | undefined,
  reach: Reach,
): OrderScope | undefined {
  const isMe = (name: string) => {
    return name === 'me' || name === asking?.subject || name === asking?.id;
  };
  const isOfCaller = userId !== undefined && asking !== undefined && userId === 'me';
  const user = isOfCaller ? asking.subject : userId;
  const seller = sellerId === 'me' && asking ? asking.id : sellerId;
  if (!asking || reach === 'all') {
    return {
      ...(user !== undefined && { userId: user }),
      ...(isOfCaller && { caller: asking.id }),
      ...(seller !== undefined && { sellerId: seller }),
    };
  }
  if (userId !== undefined && !isMe(userId)) return undefined;
  if (sellerId !== undefined && !isMe(sellerId)) return undefined;
  return {
    ...((userId !== undefined || sellerId === undefined) && {
      userId: asking.subject,
      caller: asking.id,
    }),
    ...(sellerId !== undefined && { sellerId: asking.id }),
  };
}

/** The part of a list that a query asks for; undefined for a cursor of another list, or of other filters. Pure. */
export function pageOf(query: OrderListQuery, scope: OrderScope): OrderPage | undefined {
  const { cursor, limit, from, to } = query;
  const [after, filters] = cursor === undefined ? [] : (positionOf(LIST, cursor, 2) ?? ['', '']);
  if (cursor !== undefined && (filters !== digestOf(query, scope) || !isId(after)))
    return undefined;
  const end = to === undefined ? LAST : boundOf(to);
  return {
    ...scope,
    stages: stagesOf(query),
    from: from === undefined ? FIRST : boundOf(from),
    before: after !== undefined && after < end ? after : end,
    limit,
  };
}

/** The cursor behind an order: it names its filters, so that it is of no use with others. Pure. */
export function cursorBehind(id: string, query: OrderListQuery, scope: OrderScope): string {
  return cursorOf(LIST, [id, digestOf(query, scope)]);
}

function stagesOf({ status, stage, view }: OrderListQuery): OrderStage[] {
  return ORDER_STAGES.filter((each) => {
    const name = view ? marketplaceStatus(each) : STATE_OF[each].status;
    return (stage === undefined || each === stage) && (status === undefined || name === status);
  });
}

function digestOf({ status, stage, view, from, to }: OrderListQuery, scope: OrderScope): string {
  const { userId, caller, sellerId } = scope;
  const filters = [userId, caller, sellerId, status, stage, view, from, to];
  const text = JSON.stringify(filters.map((filter) => filter ?? null));
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function isId(text: string | undefined): boolean {
  return text !== undefined && ID.test(text);
}

/** No id of version 7 that was made before this time is greater. */
function boundOf(time: string): string {
  const hex = Date.parse(time).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
