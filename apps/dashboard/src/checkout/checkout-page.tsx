import { useMutation } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { ArrowLeft, LockKeyhole } from 'lucide-react';
import { useRef } from 'react';
import { useSite } from '../app/api.js';
import { useSessionState } from '../app/session.js';
import { useTitle } from '../app/use-title.js';
import { type Cart, orderObstacle } from '../cart/cart.js';
import { NoCart } from '../cart/no-cart.js';
import { refreshCart, useCart } from '../cart/use-cart.js';
import { Button, buttonClass } from '../parts/button.js';
import card from '../parts/card.module.css';
import { Empty } from '../parts/empty.js';
import { Failure } from '../parts/failure.js';
import { money } from '../parts/money.js';
import { Skeleton } from '../parts/skeleton.js';
import styles from './checkout-page.module.css';
import { orderAccountCart, orderGuestCart } from './place-order.js';

export function CheckoutPage() {
  useTitle('Checkout');
  const { data: cart, error, hasNone, refetch } = useCart();
  const state = useSessionState();
  const site = useSite();
  if (hasNone) return <NoCart />;
  if (!cart || !site.data) {
    const failed = error ?? site.error;
    const retry = () => (error ? refetch() : void site.refetch());
    if (failed) return <Failure error={failed} what="The cart was not loaded" onRetry={retry} />;
    return <Skeleton what="the checkout" heightPx={280} />;
  }
  if (state === 'guest' && site.data.guests === 'off') return <LogInFirst />;
  const obstacle = orderObstacle(cart);
  if (obstacle !== undefined) return <Impossible why={obstacle} />;
  return <Order cart={cart} isGuest={state === 'guest'} />;
}

function LogInFirst() {
  return (
    <Empty title="Log in to buy" level={1}>
      <p>This shop needs an account. Your cart is kept.</p>
      <Link to="/login" search={{ next: '/checkout' }} className={buttonClass('main')}>
        Log in
      </Link>
    </Empty>
  );
}

function Impossible({ why }: { why: string }) {
  return (
    <Empty title="There is nothing to order" level={1}>
      <p>{why}</p>
      <Link to="/cart" className={buttonClass()}>
        Go to the cart
      </Link>
    </Empty>
  );
}

function Order({ cart, isGuest }: { cart: Cart; isGuest: boolean }) {
  const navigate = useNavigate();
  // The click of a double click that comes before React has drawn the first one.
  const isUnderWay = useRef(false);
  const order = useMutation({
    mutationFn: () => (isGuest ? orderGuestCart(cart) : orderAccountCart(cart)),
    onSuccess: ({ orderId, sagaId }) =>
      navigate({ to: '/orders/$orderId', params: { orderId }, search: { saga: sagaId } }),
    onSettled: async () => {
      isUnderWay.current = false;
      await refreshCart();
    },
  });
  const place = () => {
    if (isUnderWay.current) return;
    isUnderWay.current = true;
    order.mutate();
  };
  const total = money(cart.total, cart.currency);
  return (
    <div className={styles.page}>
      <Link to="/cart" className={card.back}>
        <ArrowLeft size={16} aria-hidden /> Cart
      </Link>
      <h1>Checkout</h1>
      <section className={card.card} aria-label="Your order">
        <ul className={styles.lines}>
          {cart.items.map(({ productId, name, quantity, total: lineTotal }) => (
            <li key={productId}>
              <span className={styles.name}>
                <bdi>{name}</bdi> <span className={styles.times}>× {quantity}</span>
              </span>
              <span>{money(lineTotal!, cart.currency)}</span>
            </li>
          ))}
        </ul>
        <p className={styles.total}>
          <span>Total</span>
          <strong>{total}</strong>
        </p>
        {order.error ? <Failure error={order.error} what="The order was not placed" /> : null}
        <Button look="main" className={styles.place} isBusy={order.isPending} onClick={place}>
          {order.isPending ? 'Placing the order…' : `Place order and pay ${total}`}
        </Button>
        <p className={styles.once}>
          <LockKeyhole size={14} aria-hidden />
          Charged once, even if you click twice or reload.
        </p>
      </section>
    </div>
  );
}
