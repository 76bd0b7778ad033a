import { Link } from '@tanstack/react-router';
import { ShoppingCart } from 'lucide-react';
import { useSessionState } from '../app/session.js';
import { useTitle } from '../app/use-title.js';
import { buttonClass } from '../parts/button.js';
import { Empty } from '../parts/empty.js';
import { Failure } from '../parts/failure.js';
import { money } from '../parts/money.js';
import { Skeleton } from '../parts/skeleton.js';
import { type Cart, orderObstacle } from './cart.js';
import { CartRow } from './cart-row.js';
import styles from './cart-page.module.css';
import { NoCart } from './no-cart.js';
import { PendingOrder } from './pending-order.js';
import { useCart } from './use-cart.js';

export function CartPage() {
  useTitle('Cart');
  const { data: cart, error, hasNone, refetch } = useCart();
  if (hasNone) return <NoCart />;
  if (!cart) {
    if (error) return <Failure error={error} what="The cart was not loaded" onRetry={refetch} />;
    return <Skeleton what="the cart" heightPx={88} count={3} />;
  }
  if (cart.items.length === 0) {
    return (
      <Empty title="Your cart is empty" level={1} icon={<ShoppingCart size={32} aria-hidden />}>
        <p>What you add in the shop is listed here.</p>
        <Link to="/" className={buttonClass()}>
          Go to the shop
        </Link>
      </Empty>
    );
  }
  return <FullCart cart={cart} />;
}

function FullCart({ cart }: { cart: Cart }) {
  const isGuest = useSessionState() === 'guest';
  return (
    <>
      <h1 className={styles.title}>Cart</h1>
      <PendingOrder />
      <div className={styles.layout}>
        <ul className={styles.lines} aria-label="Lines of the cart">
          {cart.items.map((line) => (
            <CartRow key={line.productId} line={line} currency={cart.currency} />
          ))}
        </ul>
        <aside className={styles.summary} aria-label="Summary">
          <p className={styles.total}>
            <span>Total</span>
            <strong>{money(cart.total, cart.currency)}</strong>
          </p>
          <ToCheckout cart={cart} />
          {isGuest ? <p className={styles.hint}>This cart is kept in this browser only.</p> : null}
        </aside>
      </div>
    </>
  );
}

function ToCheckout({ cart }: { cart: Cart }) {
  const obstacle = orderObstacle(cart);
  if (obstacle !== undefined) {
    return (
      <p className={styles.obstacle} role="status">
        {obstacle}
      </p>
    );
  }
  return (
    <Link to="/checkout" className={buttonClass('main')}>
      Go to checkout
    </Link>
  );
}
