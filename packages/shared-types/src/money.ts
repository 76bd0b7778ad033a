/**
 * Money is integer minor units wherever the program computes and a decimal string wherever it
 * travels; never a float. The database keeps numeric(14,2). Every limit of an amount is here.
 */

/** What numeric(14,2) keeps: a currency with more minor digits would silently lose its last one. */
export const CURRENCY_DIGITS_MAX = 2;
const WHOLE_DIGITS_MAX = 12;
/** Of the price of one unit, in any currency: up to 9,999,999 and whatever follows the point. */
const PRICE_WHOLE_DIGITS_MAX = 7;

const DECIMAL = /^(\d+)(?:\.(\d+))?$/;

/** Minor digits of an ISO 4217 currency (USD 2, JPY 0). Throws RangeError on an unknown code. */
export function currencyDigits(currency: string): number {
  if (!Intl.supportedValuesOf('currency').includes(currency)) {
    throw new RangeError(`"${currency}" is not an ISO 4217 currency code`);
  }
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return format.resolvedOptions().maximumFractionDigits ?? 2;
}

/** True for a plain decimal number without a sign, such as "29.99" or "30"; how large it is, toMinor judges. */
export function isDecimal(value: unknown): value is string | number {
  return (typeof value === 'string' || typeof value === 'number') && DECIMAL.test(String(value));
}

/** True for an amount of some currency: whether of the configured one, toMinor tells. */
export function isAmount(value: unknown): value is string {
  return typeof value === 'string' && toMinor(value, CURRENCY_DIGITS_MAX) !== undefined;
}

/**
 * A plain decimal ("29.99", "30", "30.5") in minor units, or undefined when it is not one or has
 * more digits than the currency. Zeros behind its decimals do not count: "29.990" is "29.99".
 */
export function toMinor(amount: string | number, digits: number): number | undefined {
  return minorOf(amount, digits, WHOLE_DIGITS_MAX);
}

function minorOf(
  amount: string | number,
  digits: number,
  wholeDigitsMax: number,
): number | undefined {
  const [, whole, fraction = ''] = DECIMAL.exec(String(amount)) ?? [];
  if (whole === undefined || whole.length > wholeDigitsMax) return undefined;
  const kept = withoutZerosBehind(fraction);
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

export interface PriceLimits {
  /** The smallest price, and the step between prices: one minor unit. */
  min: string;
  max: string;
}

/** What one unit may cost in a currency of so many minor digits. */
export function priceLimits(digits: number): PriceLimits {
  return { min: fromMinor(1, digits), max: fromMinor(priceMaxMinor(digits), digits) };
}

/** The same in words, to follow "must be": "from 0.01 to 9999999.99 with at most 2 decimals". */
export function priceRule(digits: number): string {
  const { min, max } = priceLimits(digits);
  return `from ${min} to ${max} with at most ${digits} decimals`;
}

/** A price of one unit in minor units, or undefined when nothing can be sold at it. */
export function toPriceMinor(price: string | number, digits: number): number | undefined {
  return minorOf(price, digits, PRICE_WHOLE_DIGITS_MAX) || undefined;
}

/** The same nominal amount in a currency of so many digits: "29.99" is "30" where there are none. */
export function roundedAmount(amount: string, digits: number): string {
  const minor = toMinor(amount, CURRENCY_DIGITS_MAX);
  if (minor === undefined) throw new RangeError(`"${amount}" is no amount`);
  return fromMinor(Math.round(minor / 10 ** (CURRENCY_DIGITS_MAX - digits)), digits);
}

function priceMaxMinor(digits: number): number {
  return 10 ** (PRICE_WHOLE_DIGITS_MAX + digits) - 1;
}

/** By hand: a pattern that looks for zeros at the end takes quadratic time over many of them. */
function withoutZerosBehind(fraction: string): string {
  let end = fraction.length;
  while (end > 0 && fraction[end - 1] === '0') end -= 1;
  return fraction.slice(0, end);
}
