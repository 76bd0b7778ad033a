import { Link, useNavigate } from '@tanstack/react-router';
import { ReceiptText } from 'lucide-react';
import type { ReactNode } from 'react';
import { Badge } from '../parts/badge.js';
import { Button } from '../parts/button.js';
import { Empty } from '../parts/empty.js';
import { Failure } from '../parts/failure.js';
import { Choice, Select } from '../parts/filter.js';
import { money } from '../parts/money.js';
import rows from '../parts/rows.module.css';
import { Skeleton } from '../parts/skeleton.js';
import { When } from '../parts/when.js';
import styles from './order-list.module.css';
import type { OrderSearch } from './order-search.js';
import { type OrderSummary, STAGE_CHOICES, STAGES, STATUS_CHOICES } from './order-words.js';
import { useOrderList } from './use-order-list.js';

interface OrderListProps {
  of: 'userId' | 'sellerId';
  to: '/orders' | '/seller/orders';
  search: OrderSearch;
  /** What stands in place of a list that has never had an order. */
  none: ReactNode;
}

/** Orders, newest first. What is shown is in the address. */
export function OrderList({ of, to, search, none }: OrderListProps) {
  const list = useOrderList(of, search);
  const navigate = useNavigate();
  const show = (change: OrderSearch) => {
    const { status, stage } = { ...search, ...change };
    const next = { ...(status && { status }), ...(stage && { stage }) };
    void navigate({ to, search: next, resetScroll: false });
  };
  const orders = list.data?.pages.flatMap((page) => page.orders);
  const isFiltered = search.status !== undefined || search.stage !== undefined;
  if (orders?.length === 0 && !isFiltered && !list.hasNextPage) return none;
  return (
    <>
      <div className={rows.head}>
        <Choice
          label="Status"
          options={STATUS_CHOICES}
          value={search.status}
          onChoose={(status) => show({ status })}
        />
        <Select
          label="Stage"
          options={STAGE_CHOICES}
          value={search.stage}
          onChoose={(stage) => show({ stage })}
        />
      </div>
      <Orders list={list} orders={orders} />
    </>
  );
}

interface OrdersProps {
  list: ReturnType<typeof useOrderList>;
  orders: readonly OrderSummary[] | undefined;
}

function Orders({ list, orders }: OrdersProps) {
  if (!orders) {
    const retry = () => void list.refetch();
    if (list.error)
      return <Failure error={list.error} what="The orders were not loaded" onRetry={retry} />;
    return <Skeleton what="the orders" heightPx={56} count={6} />;
  }
  if (orders.length === 0 && !list.hasNextPage) {
    return (
      <Empty title="No such order" icon={<ReceiptText size={32} aria-hidden />}>
        <p>No order is in this status and this stage.</p>
      </Empty>
    );
  }
  return (
    <>
      <ul className={rows.rows} aria-label="Orders">
        {orders.map((order) => (
          <OrderRow key={order.id} order={order} />
        ))}
      </ul>
      {list.hasNextPage ? (
        <div className={rows.more}>
          <Button isBusy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            Show more orders
          </Button>
        </div>
      ) : null}
    </>
  );
}

function OrderRow({ order }: { order: OrderSummary }) {
  const { id, stage, totalAmount, currency, createdAt, sagaId } = order;
  const [words, tone] = STAGES[stage];
  return (
    <li>
      <Link
        to="/orders/$orderId"
        params={{ orderId: id }}
        search={sagaId === null ? {} : { saga: sagaId }}
        className={`${rows.row} ${styles.row}`}
        data-row
      >
        <Badge tone={tone}>{words}</Badge>
        <span className={`${rows.muted} ${styles.id}`}>
          Order <code>{id.slice(-8)}</code>
        </span>
        <span className={`${rows.muted} ${styles.when}`}>
          <When at={createdAt} />
        </span>
        <strong className={rows.end}>
          {totalAmount === null ? '–' : money(totalAmount, currency)}
        </strong>
      </Link>
    </li>
  );
}
