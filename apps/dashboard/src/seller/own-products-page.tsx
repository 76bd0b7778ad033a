import { Archive, Boxes, Pencil, Plus, Store } from 'lucide-react';
import { useState } from 'react';
import type { Product } from '../app/api.js';
import { useTitle } from '../app/use-title.js';
import { Badge } from '../parts/badge.js';
import { Button } from '../parts/button.js';
import { Empty } from '../parts/empty.js';
import { Failure } from '../parts/failure.js';
import { money } from '../parts/money.js';
import rows from '../parts/rows.module.css';
import { Skeleton } from '../parts/skeleton.js';
import { AddProduct } from './add-product.js';
import { ArchiveProduct } from './archive-product.js';
import { ChangeProduct } from './change-product.js';
import { MoveStock } from './move-stock.js';
import styles from './own-products-page.module.css';
import { useOwnProducts } from './use-own-products.js';

const DIALOGS = { change: ChangeProduct, stock: MoveStock, archive: ArchiveProduct };

interface Opened {
  dialog: keyof typeof DIALOGS;
  product: Product;
}

/** The products of the account, and what is left of each. */
export function OwnProductsPage() {
  useTitle('Your products');
  const own = useOwnProducts();
  const [isAdding, setAdding] = useState(false);
  const [opened, setOpened] = useState<Opened>();
  const [done, setDone] = useState('');
  const close = (said = '') => {
    setAdding(false);
    setOpened(undefined);
    setDone(said);
  };
  const OpenDialog = opened && DIALOGS[opened.dialog];
  return (
    <>
      <div className={rows.head}>
        <h1>Your products</h1>
        <Button onClick={() => setAdding(true)}>
          <Plus size={16} aria-hidden /> Add a product
        </Button>
      </div>
      <p role="status" className={styles.done}>
        <bdi>{done}</bdi>
      </p>
      <Products own={own} onOpen={setOpened} />
      {isAdding ? <AddProduct onClose={close} /> : null}
      {OpenDialog ? <OpenDialog product={opened.product} onClose={close} /> : null}
    </>
  );
}

interface ProductsProps {
  own: ReturnType<typeof useOwnProducts>;
  onOpen: (opened: Opened) => void;
}

function Products({ own, onOpen }: ProductsProps) {
  if (!own.data) {
    const retry = () => void own.refetch();
    if (own.error)
      return <Failure error={own.error} what="The products were not loaded" onRetry={retry} />;
    return <Skeleton what="your products" heightPx={72} count={4} />;
  }
  if (own.data.length === 0) {
    return (
      <Empty title="Add your first product" icon={<Store size={32} aria-hidden />}>
        <p>It is in the shop as soon as it is saved.</p>
      </Empty>
    );
  }
  return (
    <ul className={rows.rows} aria-label="Your products">
      {own.data.map((product) => (
        <ProductRow key={product.id} product={product} onOpen={onOpen} />
      ))}
    </ul>
  );
}

const FEW = 10;

function ProductRow({ product, onOpen }: { product: Product } & Pick<ProductsProps, 'onOpen'>) {
  const { name, price, currency, category, available, isAvailable } = product;
  const open = (dialog: Opened['dialog']) => onOpen({ dialog, product });
  return (
    <li className={`${rows.row} ${styles.row}`}>
      <div className={rows.cell}>
        <h2 className={styles.name}>
          <bdi>{name}</bdi>
        </h2>
        <p className={rows.muted}>
          {money(price, currency)}
          {category === null ? null : (
            <>
              {' · '}
              <bdi>{category}</bdi>
            </>
          )}
        </p>
      </div>
      <p className={styles.left} data-few={available <= FEW || undefined}>
        <strong>{available}</strong> left
      </p>
      <Badge tone={isAvailable ? 'done' : 'idle'}>{isAvailable ? 'Offered' : 'Not offered'}</Badge>
      <div className={styles.buttons}>
        <Button look="quiet" aria-label={`Change ${name}`} onClick={() => open('change')}>
          <Pencil size={16} aria-hidden /> Change
        </Button>
        <Button look="quiet" aria-label={`Stock of ${name}`} onClick={() => open('stock')}>
          <Boxes size={16} aria-hidden /> Stock
        </Button>
        <Button look="quiet" aria-label={`Archive ${name}`} onClick={() => open('archive')}>
          <Archive size={16} aria-hidden /> Archive
        </Button>
      </div>
    </li>
  );
}
