import type { Schemas } from '../app/api.js';
import card from '../parts/card.module.css';
import { times } from '../parts/minor.js';
import { money } from '../parts/money.js';
import { ProductArt } from '../shop/product-art.js';
import { useProductNames } from '../shop/use-products.js';
import styles from './order-page.module.css';

/** What was ordered, at the prices of then. */
export function OrderLines({ order }: { order: Schemas['OrderAnswer'] }) {
  const products = useProductNames();
  const { items, currency, totalAmount, id } = order;
  return (
    <section className={card.card} aria-labelledby="lines">
      <h2 id="lines" className={styles.heading}>
        Your order
      </h2>
      <ul className={styles.lines}>
        {items.map(({ productId, quantity, priceAtPurchase }) => {
          const product = products?.get(productId);
          const name = product?.name ?? (products ? 'A product' : '…');
          return (
            <li key={productId}>
              <ProductArt name={name} category={product?.category} size="line" />
              <span className={styles.name}>
                <bdi>{name}</bdi>
                <span className={styles.each}>
                  {quantity} × {money(priceAtPurchase, currency)}
                </span>
              </span>
              <span>{money(times(priceAtPurchase, quantity), currency)}</span>
            </li>
          );
        })}
      </ul>
      {totalAmount === null ? null : (
        <p className={styles.total}>
          <span>Total</span>
          <span>{money(totalAmount, currency)}</span>
        </p>
      )}
      <p className={styles.id}>
        Order <code>{id}</code>
      </p>
    </section>
  );
}
