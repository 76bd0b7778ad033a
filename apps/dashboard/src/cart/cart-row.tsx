import { Minus, Plus, Trash2 } from 'lucide-react';
import { Button } from '../parts/button.js';
import { money } from '../parts/money.js';
import { ProductArt } from '../shop/product-art.js';
import type { CartLine } from './cart.js';
import styles from './cart-row.module.css';
import { useSetQuantity } from './use-cart.js';

/** As the API has it. */
const QUANTITY_MAX = 1_000;

export function CartRow({ line, currency }: { line: CartLine; currency: string }) {
  const { productId, quantity, price, total, isAvailable, available } = line;
  const name = line.name ?? 'A product that is not sold any more';
  const change = useSetQuantity();
  const set = (next: number) => change.mutate({ productId, quantity: next });
  const shown = change.isPending ? change.variables.quantity : quantity;
  return (
    <li className={styles.row}>
      <ProductArt name={name} size="line" />
      <div className={styles.about}>
        <p className={styles.name}>
          <bdi>{name}</bdi>
        </p>
        {price === null ? null : <p className={styles.each}>{`${money(price, currency)} each`}</p>}
        <Shortage {...{ isAvailable, available, quantity }} />
        {change.error ? (
          <p role="alert" className={styles.warning}>
            {change.error.message}
          </p>
        ) : null}
      </div>
      <div className={styles.quantity} role="group" aria-label={`Quantity of ${name}`}>
        <Button
          look="quiet"
          aria-label="One less"
          isBusy={shown <= 1}
          onClick={() => set(shown - 1)}
        >
          <Minus size={16} aria-hidden />
        </Button>
        <output aria-label="Quantity">{shown}</output>
        <Button
          look="quiet"
          aria-label="One more"
          isBusy={shown >= Math.min(available, QUANTITY_MAX)}
          onClick={() => set(shown + 1)}
        >
          <Plus size={16} aria-hidden />
        </Button>
      </div>
      <p className={styles.total}>
        {total === null || !isAvailable ? '–' : money(total, currency)}
      </p>
      <Button look="quiet" aria-label={`Remove ${name}`} title="Remove" onClick={() => set(0)}>
        <Trash2 size={16} aria-hidden />
      </Button>
    </li>
  );
}

type ShortageProps = Pick<CartLine, 'isAvailable' | 'available' | 'quantity'>;

function Shortage({ isAvailable, available, quantity }: ShortageProps) {
  if (!isAvailable) return <p className={styles.warning}>Cannot be bought now</p>;
  if (available === 0) return <p className={styles.warning}>Sold out</p>;
  if (available < quantity) return <p className={styles.warning}>{`Only ${available} left`}</p>;
  return null;
}
