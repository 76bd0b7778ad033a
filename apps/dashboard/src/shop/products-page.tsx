import { getRouteApi, Link } from '@tanstack/react-router';
import { PackageSearch } from 'lucide-react';
import { mayShop, useProfile } from '../app/session.js';
import { useTitle } from '../app/use-title.js';
import { Button } from '../parts/button.js';
import { Empty } from '../parts/empty.js';
import { Failure } from '../parts/failure.js';
import { Skeleton } from '../parts/skeleton.js';
import { ProductCard } from './product-card.js';
import { ProductFilter } from './product-filter.js';
import styles from './products-page.module.css';
import { useCategories, useProducts } from './use-products.js';

const route = getRouteApi('/');

export function ProductsPage() {
  useTitle('Shop');
  const search = route.useSearch();
  const categories = useCategories();
  return (
    <>
      <div className={styles.head}>
        <div>
          <h1>Shop</h1>
          <p className={styles.about}>
            Each order is completed, or undone step by step. You can watch it.
          </p>
        </div>
        <ProductFilter search={search} categories={categories} />
      </div>
      <Products />
    </>
  );
}

function Products() {
  const search = route.useSearch();
  const { data, error, isPlaceholderData, refetch, ...more } = useProducts(search);
  const profile = useProfile();
  if (!data) {
    if (error)
      return (
        <Failure error={error} what="The products were not loaded" onRetry={() => void refetch()} />
      );
    return <Skeleton what="products" heightPx={330} count={8} className={styles.grid} />;
  }
  const products = data.pages.flatMap((page) => page.products);
  const mayBuy = !profile || mayShop(profile);
  if (products.length === 0) return <Nothing />;
  return (
    <>
      <ul className={styles.grid} aria-label="Products" data-stale={isPlaceholderData || undefined}>
        {products.map((product) => (
          <ProductCard key={product.id} product={product} mayBuy={mayBuy} />
        ))}
      </ul>
      {more.hasNextPage ? (
        <div className={styles.more}>
          <Button isBusy={more.isFetchingNextPage} onClick={() => void more.fetchNextPage()}>
            Show more products
          </Button>
        </div>
      ) : null}
    </>
  );
}

function Nothing() {
  const { text, category } = route.useSearch();
  const isFiltered = text !== undefined || category !== undefined;
  return (
    <Empty title="No products found" icon={<PackageSearch size={32} aria-hidden />}>
      <p>
        {text === undefined ? null : (
          <>
            Searched for “<bdi>{text}</bdi>”
          </>
        )}
        {category === undefined ? null : (
          <>
            {text === undefined ? 'Searched' : null} in <bdi>{category}</bdi>
          </>
        )}
      </p>
      {isFiltered ? <Link to="/">Show all products</Link> : <p>The shop has no products yet.</p>}
    </Empty>
  );
}
