import { useNavigate, useRouter } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import styles from './product-filter.module.css';
import type { ProductSearch } from './product-search.js';

const TYPED_MS = 250;

interface ProductFilterProps {
  search: ProductSearch;
  categories: readonly string[];
}

/** The text and the category. Both are in the address, so that Back and a copied link keep them. */
export function ProductFilter({ search, categories }: ProductFilterProps) {
  const navigate = useNavigate();
  const router = useRouter();
  const [text, setText] = useState(search.text ?? '');
  const typing = useRef<ReturnType<typeof setTimeout>>(undefined);
  // The address changes without this field on Back.
  useEffect(() => setText(search.text ?? ''), [search.text]);
  useEffect(() => () => clearTimeout(typing.current), []);
  const show = (change: ProductSearch, replace: boolean) => {
    const { category, text: words } = { ...search, ...change };
    const next = { ...(category && { category }), ...(words && { text: words }) };
    void navigate({ to: '/', search: next, replace, resetScroll: false });
  };
  const type = (words: string) => {
    setText(words);
    clearTimeout(typing.current);
    // One entry of the history for a search, and not one for each letter.
    typing.current = setTimeout(() => {
      // The person may have gone to another page, which is still being loaded.
      if (router.latestLocation.pathname !== '/') return;
      show({ text: words.trim() }, Boolean(search.text));
    }, TYPED_MS);
  };
  return (
    <form role="search" className={styles.filter} onSubmit={(event) => event.preventDefault()}>
      <div className={styles.search}>
        <Search size={18} aria-hidden />
        <input
          type="search"
          aria-label="Search products"
          placeholder="Search products"
          value={text}
          maxLength={100}
          onChange={({ target }) => type(target.value)}
        />
      </div>
      <div className={styles.categories} role="group" aria-label="Category">
        {(categories.length === 0 ? [] : ['', ...categories]).map((category) => (
          <button
            key={category}
            type="button"
            aria-pressed={(search.category ?? '') === category}
            onClick={() => show({ category }, false)}
          >
            {category === '' ? 'All' : <bdi>{category}</bdi>}
          </button>
        ))}
      </div>
    </form>
  );
}
