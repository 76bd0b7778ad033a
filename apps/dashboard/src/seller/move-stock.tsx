import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api, type Product, type Schemas } from '../app/api.js';
import { Button } from '../parts/button.js';
import { Dialog } from '../parts/dialog.js';
import { Failure } from '../parts/failure.js';
import { fieldProblems } from '../parts/field-problems.js';
import { Choice } from '../parts/filter.js';
import form from '../parts/form.module.css';
import { TextField, textsOf } from '../parts/text-field.js';
import { refreshProducts } from './use-own-products.js';

const WAYS = [
  ['', 'Restock'],
  ['write-off', 'Write off'],
] as const;

interface MoveStockProps {
  product: Product;
  onClose: (done?: string) => void;
}

/** Adds to the stock or removes from it, with the reason that the ledger keeps. */
export function MoveStock({ product, onClose }: MoveStockProps) {
  const { id, name, available } = product;
  const [way, setWay] = useState('');
  const move = useMutation({
    mutationFn: async (body: Schemas['MoveStockDto']) => {
      const asked = { params: { path: { productId: id } }, body };
      return way === ''
        ? (await api.POST('/api/products/{productId}/restock', asked)).data!
        : (await api.POST('/api/products/{productId}/write-off', asked)).data!;
    },
    onSuccess: async (after) => {
      await refreshProducts();
      onClose(`${after.name}: ${after.available} left now.`);
    },
  });
  const problems = fieldProblems(move.error, ['quantity', 'reason']);
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (move.isPending) return;
    const text = textsOf(event.currentTarget);
    move.mutate({ quantity: Number(text('quantity')), reason: text('reason').trim() });
  };
  const about = `${available} units are left: in stock, and reserved by no order.`;
  return (
    <Dialog title={`Stock of ${name}`} about={about} onClose={() => onClose()}>
      <form className={form.form} onSubmit={send}>
        <Choice label="What changes" options={WAYS} value={way} onChoose={setWay} />
        <TextField
          label="Units"
          name="quantity"
          type="number"
          min={1}
          max={1_000_000}
          required
          problem={problems['quantity']}
        />
        <TextField
          label="Reason"
          name="reason"
          hint="It is kept in the ledger of the stock."
          maxLength={200}
          required
          problem={problems['reason']}
        />
        {move.error ? <Failure error={move.error} what="The stock was not changed" /> : null}
        <div className={form.buttons}>
          <Button type="submit" look="main" isBusy={move.isPending}>
            {way === '' ? 'Add to the stock' : 'Remove from the stock'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
