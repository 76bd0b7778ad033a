import { Link } from '@tanstack/react-router';
import { ArrowLeft, LockKeyhole } from 'lucide-react';
import { useState } from 'react';
import { type Site, useSite } from '../app/api.js';
import { useSessionState } from '../app/session.js';
import { useTitle } from '../app/use-title.js';
import { type Cart, orderObstacle } from '../cart/cart.js';
import { NoCart } from '../cart/no-cart.js';
import { useCart } from '../cart/use-cart.js';
import { Button, buttonClass } from '../parts/button.js';
import card from '../parts/card.module.css';
import { Empty } from '../parts/empty.js';
import { Failure } from '../parts/failure.js';
import { money } from '../parts/money.js';
import { Skeleton } from '../parts/skeleton.js';
import { CardFields } from './card-fields.js';
import styles from './checkout-page.module.css';
import { DeliveryFields } from './delivery-fields.js';
import type { DeliveryKind } from './delivery-form.js';
import { usePlacing } from './use-placing.js';

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
  return <Order cart={cart} mockCards={site.data.mockCards} />;
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

function Order({ cart, mockCards }: { cart: Cart; mockCards: Site['mockCards'] }) {
  const [kind, setKind] = useState<DeliveryKind>('PICKUP');
  const takesCards = mockCards.length > 0;
  const { send, problems, isPending, error } = usePlacing(cart, kind, takesCards);
  return (
    <form className={styles.page} onSubmit={send} method="post" noValidate>
      <Link to="/cart" className={card.back}>
        <ArrowLeft size={16} aria-hidden /> Cart
      </Link>
      <h1>Checkout</h1>
      <div className={styles.layout}>
        <div className={styles.parts}>
          <section className={card.card} aria-labelledby="delivery">
            <h2 id="delivery">How you get it</h2>
            <DeliveryFields kind={kind} onKind={setKind} problems={problems} />
          </section>
          {takesCards ? (
            <section className={card.card} aria-labelledby="card">
              <h2 id="card">How you pay</h2>
              <CardFields problems={problems} mockCards={mockCards} />
            </section>
          ) : null}
        </div>
        <Summary cart={cart} isPending={isPending} error={error} />
      </div>
    </form>
  );
}

interface SummaryProps {
  cart: Cart;
  isPending: boolean;
  error: unknown;
}

function Summary({ cart, isPending, error }: SummaryProps) {
  const total = money(cart.total, cart.currency);
  return (
    <section className={`${card.card} ${styles.summary}`} aria-label="Your order">
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
      {error ? <Failure error={error} what="The order was not placed" /> : null}
      <Button type="submit" look="main" className={styles.place} isBusy={isPending}>
        {isPending ? 'Placing the order…' : `Place order and pay ${total}`}
      </Button>
      <p className={styles.once}>
        <LockKeyhole size={14} aria-hidden />
        Charged once, even if you click twice or reload.
      </p>
    </section>
  );
}
