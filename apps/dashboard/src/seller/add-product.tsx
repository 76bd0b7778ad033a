import { useMutation } from '@tanstack/react-query';
import { api, type Schemas } from '../app/api.js';
import { Dialog } from '../parts/dialog.js';
import { Failure } from '../parts/failure.js';
import { ProductForm } from './product-form.js';
import { refreshProducts } from './use-own-products.js';

/** A new product. It is in the shop as soon as it is saved. */
export function AddProduct({ onClose }: { onClose: (done?: string) => void }) {
  const add = useMutation({
    mutationFn: async (body: Schemas['CreateProductDto']) => {
      return (await api.POST('/api/products', { body })).data!;
    },
    onSuccess: async ({ name }) => {
      await refreshProducts();
      onClose(`${name} was added.`);
    },
  });
  return (
    <Dialog title="Add a product" onClose={() => onClose()}>
      <ProductForm
        error={add.error}
        isBusy={add.isPending}
        verb="Add the product"
        onSend={({ category, imageUrl, ...texts }, stock) => {
          const optional = { ...(category && { category }), ...(imageUrl && { imageUrl }) };
          add.mutate({ ...texts, ...optional, stock });
        }}
      >
        {add.error ? <Failure error={add.error} what="The product was not added" /> : null}
      </ProductForm>
    </Dialog>
  );
}
