import type { Line } from '../load/ledger.js';

/** "59.98" */
export function totalOf(items: readonly Line[]): string {
  const cents = items.reduce((sum, { price, quantity }) => {
    const [units = '0', digits = ''] = price.split('.');
    return sum + (Number(units) * 100 + Number(digits.padEnd(2, '0'))) * quantity;
  }, 0);
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
}
