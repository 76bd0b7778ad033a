import type { CheckoutRequestDto } from './checkout-request.dto.js';
import { QUANTITY_MAX } from './lines.decorator.js';
import { priceRule, toPriceMinor } from './money.js';

export interface CheckoutLine {
  productId: string;
  quantity: number;
  priceMinor: number;
}

export interface FieldProblem {
  field: string;
  message: string;
}

export type CheckoutLines = { lines: CheckoutLine[] } | { problems: FieldProblem[] };

/**
 * The lines of a checkout: one for each product, in product order, with quantities summed and
 * prices in minor units. Or all problems. The order of lines, the case of ids and the spelling of
 * prices ("30", 30, "30.00") make no difference: equal checkouts give equal lines.
 */
export function checkoutLines(
  request: Partial<CheckoutRequestDto> & Pick<CheckoutRequestDto, 'items'>,
  digits: number,
): CheckoutLines {
  const problems: FieldProblem[] = [];
  const byProduct = new Map<string, CheckoutLine>();
  request.items.forEach((item, index) => {
    const productId = item.productId.toLowerCase();
    const priceMinor = toPriceMinor(item.price, digits);
    if (priceMinor === undefined) {
      const message = `price must be ${priceRule(digits)}`;
      problems.push({ field: `items.${index}.price`, message });
      return;
    }
    const line = byProduct.get(productId);
    if (!line) {
      byProduct.set(productId, { productId, quantity: item.quantity, priceMinor });
    } else if (line.priceMinor !== priceMinor) {
      problems.push({
        field: `items.${index}.price`,
        message: 'the same product appears with two prices',
      });
    } else {
      line.quantity += item.quantity;
    }
  });
  for (const line of byProduct.values()) {
    if (line.quantity > QUANTITY_MAX) {
      problems.push({
        field: 'items',
        message: `quantities of product ${line.productId} sum to more than ${QUANTITY_MAX}`,
      });
    }
  }
  if (problems.length > 0) return { problems };
  return { lines: [...byProduct.values()].sort((a, b) => (a.productId < b.productId ? -1 : 1)) };
}

export function totalMinorOf(
  lines: readonly Pick<CheckoutLine, 'quantity' | 'priceMinor'>[],
): number {
  return lines.reduce((sum, line) => sum + line.quantity * line.priceMinor, 0);
}
