import {
  type FieldProblem,
  InventoryListCommand,
  PAGE_LIMIT_MAX,
  type ProductFilter,
} from '@backstitch/shared-types';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';

/** A part of the catalogue: so many products, behind one of them. */
export interface CataloguePage extends ProductFilter {
  limit: number;
  /** By the order of the catalogue; it need not be there any more. */
  after: { name: string; id: string } | undefined;
  /** Leaves out what its seller does not offer now. */
  onlyOffered?: boolean;
}

/**
 * What the data of inventory.list asks for. It may be anything, as it always might: a caller that
 * names no page gets the first one. Problems when a page is named and is none.
 */
export function pageAsked(data: unknown): CataloguePage | { problems: FieldProblem[] } {
  const isObject = typeof data === 'object' && data !== null && !Array.isArray(data);
  const command = plainToInstance(InventoryListCommand, isObject ? data : {});
  const problems = validateSync(command, { whitelist: true }).flatMap(
    ({ property: field, constraints = {} }) =>
      Object.values(constraints).map((message) => ({ field, message })),
  );
  if (problems.length > 0) return { problems };
  const { limit = PAGE_LIMIT_MAX, afterName, afterId } = command;
  const isBehind = afterName !== undefined && afterId !== undefined;
  return { limit, after: isBehind ? { name: afterName, id: afterId } : undefined };
}
