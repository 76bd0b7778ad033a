import type { FormEvent, ReactNode } from 'react';
import { Button } from '../parts/button.js';
import { fieldProblems } from '../parts/field-problems.js';
import form from '../parts/form.module.css';
import { TextField, textsOf } from '../parts/text-field.js';
import type { ProductText } from './product-change.js';

const PRODUCT_FIELDS = ['name', 'description', 'price', 'category', 'imageUrl', 'stock'];

interface ProductFormProps {
  product?: ProductText;
  error: unknown;
  isBusy: boolean;
  /** Of the button. */
  verb: string;
  onSend: (product: ProductText, stock: number) => void;
  children?: ReactNode;
}

/** The texts of a product, and the stock of a new one. */
export function ProductForm(props: ProductFormProps) {
  const { product, error, isBusy, verb, onSend, children } = props;
  const problems = fieldProblems(error, PRODUCT_FIELDS);
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (isBusy) return;
    const text = textsOf(event.currentTarget);
    const texts = {
      name: text('name').trim(),
      description: text('description').trim(),
      price: text('price').trim(),
      category: text('category').trim(),
      imageUrl: text('imageUrl').trim(),
      isAvailable: text('isAvailable') !== '',
    };
    onSend(texts, Number(text('stock')));
  };
  const field = (name: Exclude<keyof ProductText, 'isAvailable'>) => ({
    name,
    defaultValue: product?.[name] ?? '',
    problem: problems[name],
  });
  return (
    <form className={form.form} onSubmit={send}>
      <TextField label="Name" {...field('name')} maxLength={200} required />
      <TextField label="Description" {...field('description')} maxLength={2000} lines={3} />
      <div className={form.pair}>
        <TextField label="Price" {...field('price')} inputMode="decimal" required />
        {product ? null : (
          <TextField
            label="Units in stock"
            name="stock"
            type="number"
            min={0}
            max={1_000_000}
            defaultValue="10"
            problem={problems['stock']}
          />
        )}
        <TextField label="Category" {...field('category')} maxLength={50} />
      </div>
      <TextField
        label="Address of a picture (optional)"
        {...field('imageUrl')}
        placeholder="https://"
        maxLength={2000}
      />
      <label className={form.check}>
        <input type="checkbox" name="isAvailable" defaultChecked={product?.isAvailable ?? true} />
        Offered in the shop
      </label>
      {children}
      <div className={form.buttons}>
        <Button type="submit" look="main" isBusy={isBusy}>
          {isBusy ? 'Saving…' : verb}
        </Button>
      </div>
    </form>
  );
}
