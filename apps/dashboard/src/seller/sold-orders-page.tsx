import { getRouteApi, Link } from '@tanstack/react-router';
import { PackageOpen } from 'lucide-react';
import { useTitle } from '../app/use-title.js';
import { OrderList } from '../orders/order-list.js';
import { buttonClass } from '../parts/button.js';
import { Empty } from '../parts/empty.js';
import rows from '../parts/rows.module.css';

const route = getRouteApi('/seller/seller/orders');

/** The orders that name the account as their seller. */
export function SoldOrdersPage() {
  useTitle('Orders of your products');
  return (
    <>
      <div className={rows.head}>
        <h1>Orders of your products</h1>
      </div>
      <OrderList
        of="sellerId"
        to="/seller/orders"
        search={route.useSearch()}
        none={
          <Empty title="No orders yet" icon={<PackageOpen size={32} aria-hidden />}>
            <p>Orders that wait for you as their seller are listed here.</p>
            <Link to="/seller/products" className={buttonClass()}>
              Go to your products
            </Link>
          </Empty>
        }
      />
    </>
  );
}
