import type { FieldProblem } from './checkout-lines.js';
import { PAGE_LIMIT_MAX } from './page.js';
import {
  ORDER_STAGES,
  ORDER_STATUSES,
  type OrderKind,
  type OrderStage,
  type OrderStatus,
} from './statuses.js';

/** The names of states that a marketplace shows. */
export const MARKETPLACE_STATUSES = [
  'PENDING',
  'CONFIRMED',
  'PAID',
  'FULFILLED',
  'CANCELLED',
] as const;
export type MarketplaceStatus = (typeof MARKETPLACE_STATUSES)[number];

/** Which orders are asked for. Absent: all of the caller. */
export interface OrderListQuery {
  /** Whose; `me`: of the caller. */
  userId?: string;
  /** Sold by whom, as Caller.id; `me`: by the caller. */
  sellerId?: string;
  status?: OrderStatus | MarketplaceStatus;
  stage?: OrderStage;
  /** Made then or later, in UTC with milliseconds. */
  from?: string;
  /** Made before. */
  to?: string;
  /** `marketplace`: `status` has the names of a marketplace. */
  view?: 'marketplace';
  cursor?: string;
  limit: number;
}

/** An order in a list. */
export interface OrderSummaryView {
  id: string;
  userId: string | null;
  kind: OrderKind;
  sellerId: string | null;
  status: OrderStatus | MarketplaceStatus;
  stage: OrderStage;
  totalAmount: string | null;
  currency: string;
  sagaId: string | null;
  version: number;
  createdAt: string;
  updatedAt: string;
}

/** The answer of GET /orders: newest first. It may be short, and still have a next page. */
export interface OrderListView {
  orders: OrderSummaryView[];
  /** The cursor of the next page; null on the last one. */
  next: string | null;
}

/** What of a query may be anything: a client can repeat or leave out each of them. */
export type RawOrderListQuery = { readonly [Name in keyof OrderListQuery]?: unknown };

const ID = /^[^\p{Cc}\p{Cs}]{1,1000}$/u;
const CURSOR = /^[\w-]{1,1000}$/;
const LIMIT = /^\d{1,3}$/;
const TIME = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(?:\.\d{1,3})?(?:Z|[+-]\d\d:\d\d)$/;

/** Reads the query of the list of orders. Pure. */
export function orderListQuery(
  raw: RawOrderListQuery,
): OrderListQuery | { problems: FieldProblem[] } {
  const problems: FieldProblem[] = [];
  const read = <Value>(
    field: keyof OrderListQuery,
    value: (text: string) => Value | undefined,
    rule: string,
  ): Value | undefined => {
    const text = raw[field];
    if (text === undefined) return undefined;
    const found = typeof text === 'string' ? value(text) : undefined;
    if (found === undefined)
      problems.push({ field, message: `${field} must be ${rule}, given once` });
    return found;
  };
  const one =
    <Name extends string>(names: readonly Name[]) =>
    (text: string) =>
      names.find((name) => name === text);
  const matching = (pattern: RegExp) => (text: string) => (pattern.test(text) ? text : undefined);
  const time = 'a time such as 2026-11-30T12:00:00.123Z';

  const view = read('view', one(['marketplace'] as const), 'marketplace');
  const statuses = view ? MARKETPLACE_STATUSES : ORDER_STATUSES;
  const text = '1-1000 characters without control characters';
  const query = {
    userId: read('userId', matching(ID), text),
    sellerId: read('sellerId', matching(ID), text),
    status: read(
      'status',
      one<OrderStatus | MarketplaceStatus>(statuses),
      `one of ${statuses.join(', ')}`,
    ),
    stage: read('stage', one(ORDER_STAGES), `one of ${ORDER_STAGES.join(', ')}`),
    from: read('from', timeOf, time),
    to: read('to', timeOf, time),
    view,
    cursor: read('cursor', matching(CURSOR), 'the cursor that an earlier page gave'),
  };
  const limit = read('limit', limitOf, `a whole number from 1 to ${PAGE_LIMIT_MAX}`);
  if (problems.length > 0) return { problems };
  const given: Partial<OrderListQuery> = Object.fromEntries(
    Object.entries(query).filter(([, value]) => value !== undefined),
  );
  return { ...given, limit: limit ?? PAGE_LIMIT_MAX };
}

/** The state of an order as a marketplace names it. Pure. */
export function marketplaceStatus(stage: OrderStage): MarketplaceStatus {
  switch (stage) {
    case 'PLACED':
    case 'AWAITING_SELLER':
      return 'PENDING';
    case 'AWAITING_PAYMENT':
      return 'CONFIRMED';
    case 'FULFILLED':
      return 'FULFILLED';
    case 'CANCELLING':
    case 'CANCELLED':
      return 'CANCELLED';
    default:
      return 'PAID';
  }
}

function limitOf(text: string): number | undefined {
  const limit = LIMIT.test(text) ? Number(text) : 0;
  return limit >= 1 && limit <= PAGE_LIMIT_MAX ? limit : undefined;
}

/** The times that ids of version 7 can have. */
const TIME_MAX_MS = 2 ** 48 - 1;

function timeOf(text: string): string | undefined {
  const [, date] = TIME.exec(text) ?? [];
  const ms = date === undefined ? Number.NaN : Date.parse(text);
  if (!(ms >= 0 && ms <= TIME_MAX_MS)) return undefined;
  // A date that does not exist, such as 30 February, would become another one.
  const isDate = new Date(`${date}T00:00:00Z`).toISOString().startsWith(date!);
  return isDate ? new Date(ms).toISOString() : undefined;
}
