/**
 * Money is integer minor units wherever the program computes and a decimal string wherever it
 * travels; never a float. The database keeps numeric(14,2).
 */
const PLAIN_DECIMAL = /^\d{1,12}(\.\d{1,2})?$/;

/** Minor digits of an ISO 4217 currency (USD 2, JPY 0). Throws RangeError on an unknown code. */
export function currencyDigits(currency: string): number {
  if (!Intl.supportedValuesOf('currency').includes(currency)) {
    throw new RangeError(`"${currency}" is not an ISO 4217 currency code`);
  }
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return format.resolvedOptions().maximumFractionDigits ?? 2;
}

/**
 * A plain decimal ("29.99", "30", "30.5") in minor units, or undefined when it is not one or has
 * more digits than the currency. Trailing zeros beyond the currency's digits do not count.
 */
export function toMinor(amount: string | number, digits: number): number | undefined {
  const text = String(amount);
  if (!PLAIN_DECIMAL.test(text)) return undefined;
  const [whole = '', fraction = ''] = text.split('.');
  const kept = fraction.replace(/0+$/, '');
  if (kept.length > digits) return undefined;
  return Number(whole + kept.padEnd(digits, '0'));
}

/** Minor units as the decimal string every answer and message carries: 5998, 2 → "59.98". */
export function fromMinor(amountMinor: number, digits: number): string {
  if (digits === 0) return String(amountMinor);
  const sign = amountMinor < 0 ? '-' : '';
  const text = String(Math.abs(amountMinor)).padStart(digits + 1, '0');
  return `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
