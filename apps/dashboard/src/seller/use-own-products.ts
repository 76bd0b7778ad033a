import { useQuery } from '@tanstack/react-query';
import { type Product, queries } from '../app/api.js';
import { useProfile } from '../app/session.js';
import { readCatalogue } from '../shop/use-products.js';

/** The products that the account sells, of the first 500 of the catalogue: no route lists them alone. */
export function useOwnProducts() {
  const profile = useProfile();
  return useQuery({
    queryKey: ['products', 'own', profile?.id],
    queryFn: async () => {
      await queries.invalidateQueries({ queryKey: ['products', 'all'] });
      return [...(await readCatalogue()).values()].filter((product) => isOf(product, profile!.id));
    },
    enabled: profile !== undefined,
  });
}

/** A seller is a caller: its kind, its issuer and the id of its account. */
function isOf({ sellerId }: Product, accountId: string): boolean {
  return sellerId !== null && sellerId.endsWith(`:${accountId}`);
}

export function refreshProducts(): Promise<void> {
  return queries.invalidateQueries({ queryKey: ['products'] });
}
