import { useMutation } from '@tanstack/react-query';
import { api, type Product } from '../app/api.js';
import { Button } from '../parts/button.js';
import { Dialog } from '../parts/dialog.js';
import { Failure } from '../parts/failure.js';
import form from '../parts/form.module.css';
import { refreshProducts } from './use-own-products.js';

interface ArchiveProductProps {
  product: Product;
  onClose: (done?: string) => void;
}

/** It cannot be taken back, so it is asked for once more. */
export function ArchiveProduct({ product: { id, name }, onClose }: ArchiveProductProps) {
  const archive = useMutation({
    mutationFn: () =>
      api.DELETE('/api/products/{productId}', { params: { path: { productId: id } } }),
    onSuccess: async () => {
      await refreshProducts();
      onClose(`${name} was archived.`);
    },
  });
  return (
    <Dialog
      title={`Archive ${name}?`}
      about="It is listed and sold no more, and this cannot be undone. Orders under way are completed."
      onClose={() => onClose()}
    >
      <div className={form.form}>
        {archive.error ? <Failure error={archive.error} what="It was not archived" /> : null}
        <div className={form.buttons}>
          <Button onClick={() => onClose()}>Keep it</Button>
          <Button look="main" isBusy={archive.isPending} onClick={() => archive.mutate()}>
            Archive
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
