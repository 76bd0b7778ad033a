import type { Product, Schemas } from '../app/api.js';

/** The texts of the form of a product. */
export interface ProductText {
  name: string;
  description: string;
  price: string;
  category: string;
  imageUrl: string;
  isAvailable: boolean;
}

type Change = Schemas['ChangeProductDto'];
const FIELDS = ['name', 'description', 'price', 'category', 'imageUrl', 'isAvailable'] as const;

const WORDS: Readonly<Record<(typeof FIELDS)[number], string>> = {
  name: 'Name',
  description: 'Description',
  price: 'Price',
  category: 'Category',
  imageUrl: 'Address of the picture',
  isAvailable: 'Offered',
};

/** A product as a form has it. */
export function textOf(product: Product): ProductText {
  const { name, description, price, category, imageUrl, isAvailable } = product;
  return {
    name,
    description,
    price,
    category: category ?? '',
    imageUrl: imageUrl ?? '',
    isAvailable,
  };
}

/** What differs from the product that the form was opened with: the rest stays as it is. Pure. */
export function changeOf(before: ProductText, now: ProductText): Omit<Change, 'version'> {
  const changed = FIELDS.filter((field) => before[field] !== now[field]);
  return Object.fromEntries(
    changed.map((field) => {
      const isRemoved = now[field] === '' && (field === 'category' || field === 'imageUrl');
      return [field, isRemoved ? null : now[field]];
    }),
  );
}

/** What another change did meanwhile, a sentence for each field. Pure. */
export function changedMeanwhile(before: ProductText, now: ProductText): string[] {
  const shown = (value: string | boolean) =>
    typeof value === 'boolean' ? (value ? 'yes' : 'no') : value === '' ? 'nothing' : `“${value}”`;
  return FIELDS.filter((field) => before[field] !== now[field]).map(
    (field) => `${WORDS[field]}: ${shown(before[field])} became ${shown(now[field])}`,
  );
}
