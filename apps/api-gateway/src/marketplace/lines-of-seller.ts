import type { FieldProblem, ProductView } from '@backstitch/shared-types';

/**
 * What is wrong with ordering these products of one seller. What does not exist is not judged here:
 * the reservation says so. Pure.
 */
export function otherSellers(
  items: readonly { readonly productId: string }[],
  products: readonly Pick<ProductView, 'id' | 'sellerId'>[],
  sellerId: string,
): FieldProblem[] {
  const sellers = new Map(products.map((each) => [each.id, each.sellerId]));
  return items.flatMap(({ productId }, index) => {
    const seller = sellers.get(productId.toLowerCase());
    if (seller === undefined || seller === sellerId) return [];
    const message = `Product ${productId} is not sold by this seller: an order has one seller`;
    return [{ field: `items.${index}.productId`, message }];
  });
}
