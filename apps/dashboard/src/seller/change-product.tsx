import { ApiProblem } from '@backstitch/api-client';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type Product } from '../app/api.js';
import { Dialog } from '../parts/dialog.js';
import { Failure } from '../parts/failure.js';
import form from '../parts/form.module.css';
import { changedMeanwhile, changeOf, type ProductText, textOf } from './product-change.js';
import { ProductForm } from './product-form.js';
import { refreshProducts, useOwnProducts } from './use-own-products.js';

interface ChangeProductProps {
  /** As it was when the form was opened. */
  product: Product;
  onClose: (done?: string) => void;
}

/**
 * Changes a product from the version that was shown. When another change came first, the form says what
 * it did, keeps what was typed, and is saved by a second click.
 */
export function ChangeProduct({ product, onClose }: ChangeProductProps) {
  const [opened] = useState(product);
  const [seen, setSeen] = useState(product.version);
  const own = useOwnProducts();
  const before = textOf(opened);
  const change = useMutation({
    mutationFn: async (now: ProductText) => {
      const body = { version: seen, ...changeOf(before, now) };
      const params = { path: { productId: opened.id } };
      return (await api.PATCH('/api/products/{productId}', { params, body })).data!;
    },
    onSuccess: async ({ name }) => {
      await refreshProducts();
      onClose(`${name} was changed.`);
    },
    onError: async (error) => {
      if (!isOvertaken(error)) return;
      const { data } = await own.refetch();
      setSeen(data?.find(({ id }) => id === opened.id)?.version ?? seen);
    },
  });
  const latest = own.data?.find(({ id }) => id === opened.id);
  return (
    <Dialog title={`Change ${opened.name}`} onClose={() => onClose()}>
      <ProductForm
        product={before}
        error={change.error}
        isBusy={change.isPending}
        verb={isOvertaken(change.error) ? 'Save nevertheless' : 'Save'}
        onSend={(now) => change.mutate(now)}
      >
        {isOvertaken(change.error) && latest ? (
          <div className={form.note} role="alert">
            <p>
              <strong>The product was changed meanwhile.</strong> Nothing was saved. What you typed
              is kept, and what you did not change stays as it is now.
            </p>
            <ul>
              {changedMeanwhile(before, textOf(latest)).map((sentence) => (
                <li key={sentence}>
                  <bdi>{sentence}</bdi>
                </li>
              ))}
            </ul>
          </div>
        ) : change.error ? (
          <Failure error={change.error} what="The product was not changed" />
        ) : null}
      </ProductForm>
    </Dialog>
  );
}

function isOvertaken(error: unknown): boolean {
  return error instanceof ApiProblem && error.code === 'PRODUCT_CHANGED';
}
