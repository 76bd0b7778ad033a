import { Link } from '@tanstack/react-router';
import { Check, ShoppingCart } from 'lucide-react';
import type { Product } from '../app/api.js';
import { useCart, useSetQuantity } from '../cart/use-cart.js';
import { Button } from '../parts/button.js';
import { money } from '../parts/money.js';
import { ProductArt } from './product-art.js';
import styles from './product-card.module.css';

/** A product and what is left of it. What is sold out is shown, and says so. */
export function ProductCard({ product, mayBuy }: { product: Product; mayBuy: boolean }) {
  const { name, description, price, currency, category } = product;
  return (
    <li className={styles.card}>
      <ProductArt name={name} category={category} />
      <div className={styles.body}>
        <h2 className={styles.name}>
          <bdi>{name}</bdi>
        </h2>
        <p className={styles.description}>
          <bdi>{description}</bdi>
        </p>
        <div className={styles.foot}>
          <p className={styles.price}>{money(price, currency)}</p>
          <Stock product={product} />
        </div>
        {mayBuy ? <AddToCart product={product} /> : null}
      </div>
    </li>
  );
}

const FEW = 10;

function Stock({ product: { available, isAvailable } }: { product: Product }) {
  if (!isAvailable) return <p className={styles.out}>Not offered now</p>;
  if (available === 0) return <p className={styles.out}>Sold out</p>;
  if (available <= FEW) return <p className={styles.few}>{`Only ${available} left`}</p>;
  return <p className={styles.left}>In stock</p>;
}

function AddToCart({ product: { id, name, available, isAvailable } }: { product: Product }) {
  const cart = useCart();
  const change = useSetQuantity();
  const had = cart.data?.items.find(({ productId }) => productId === id)?.quantity ?? 0;
  if (!isAvailable || available === 0) return null;
  const isAll = had >= available;
  return (
    <div className={styles.add}>
      <Button
        aria-label={`Add to cart: ${name}`}
        isBusy={change.isPending || cart.data === undefined || isAll}
        onClick={() => change.mutate({ productId: id, quantity: had + 1 })}
      >
        <ShoppingCart size={16} aria-hidden />
        {isAll ? 'All in the cart' : 'Add to cart'}
      </Button>
      {had > 0 ? (
        <Link to="/cart" className={styles.had} aria-label={`${had} × ${name} in the cart`}>
          <Check size={16} aria-hidden />
          {had}
        </Link>
      ) : null}
      {change.error ? (
        <p role="alert" className={styles.out}>
          {change.error.message}
        </p>
      ) : null}
    </div>
  );
}
