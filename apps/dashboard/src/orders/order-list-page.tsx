import { getRouteApi, Link } from '@tanstack/react-router';
import { ShoppingBag } from 'lucide-react';
import { Gate } from '../app/gate.js';
import { useTitle } from '../app/use-title.js';
import { buttonClass } from '../parts/button.js';
import { Empty } from '../parts/empty.js';
import rows from '../parts/rows.module.css';
import { OrderList } from './order-list.js';

const route = getRouteApi('/orders');

/** What the account has ordered. */
export function OrderListPage() {
  useTitle('Orders');
  const search = route.useSearch();
  return (
    <Gate what="Orders">
      <div className={rows.head}>
        <h1>Orders</h1>
      </div>
      <OrderList
        of="userId"
        to="/orders"
        search={search}
        none={
          <Empty title="No orders yet" icon={<ShoppingBag size={32} aria-hidden />}>
            <p>What you order is listed here, also while it is under way.</p>
            <Link to="/" className={buttonClass('main')}>
              Go to the shop
            </Link>
          </Empty>
        }
      />
    </Gate>
  );
}
