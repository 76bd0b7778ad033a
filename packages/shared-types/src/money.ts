/**
 * Money is an integer number of minor units in the program and a decimal string in messages and
 * answers; never a float. The database stores numeric(14,2). Every limit of an amount is in this
 * file.
 */

/** The decimals of numeric(14,2). A currency with more minor digits would lose its last digit. */
export const CURRENCY_DIGITS_MAX = 2;
const WHOLE_DIGITS_MAX = 12;
/** Whole digits of the price of one unit, in any currency: up to 9,999,999. */
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

/**
 * True for a plain decimal number without a sign, such as "29.99" or "30". toMinor checks its size.
 */
export function isDecimal(value: unknown): value is string | number {
  return (typeof value === 'string' || typeof value === 'number') && DECIMAL.test(String(value));
}

/** True for an amount in any currency. toMinor checks it for the configured currency. */
export function isAmount(value: unknown): value is string {
  return typeof value === 'string' && toMinor(value, CURRENCY_DIGITS_MAX) !== undefined;
}

/**
 * A plain decimal ("29.99", "30", "30.5") in minor units. Undefined when it is not one, or has more
 * digits than the currency. Trailing zeros do not count: "29.990" is "29.99".
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
  const kept = withoutTrailingZeros(fraction);
  if (kept.length > digits) return undefined;
  return Number(whole + kept.padEnd(digits, '0'));
}

/** Minor units as the decimal string of answers and messages: 5998, 2 → "59.98". */
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

/** The limits for the price of one unit in a currency with this number of minor digits. */
export function priceLimits(digits: number): PriceLimits {
  return { min: fromMinor(1, digits), max: fromMinor(priceMaxMinor(digits), digits) };
}

/** The same in words, to follow "must be": "from 0.01 to 9999999.99 with at most 2 decimals". */
export function priceRule(digits: number): string {
  const { min, max } = priceLimits(digits);
  return `from ${min} to ${max} with at most ${digits} decimals`;
}

/** A price of one unit in minor units; undefined when it is not a valid price. */
export function toPriceMinor(price: string | number, digits: number): number | undefined {
  return minorOf(price, digits, PRICE_WHOLE_DIGITS_MAX) || undefined;
}

/**
 * The same nominal amount in a currency with this number of digits: "29.99" is "30" without
 * decimals.
 */
export function roundedAmount(amount: string, digits: number): string {
  const minor = toMinor(amount, CURRENCY_DIGITS_MAX);
  if (minor === undefined) throw new RangeError(`"${amount}" is not an amount`);
  return fromMinor(Math.round(minor / 10 ** (CURRENCY_DIGITS_MAX - digits)), digits);
}

function priceMaxMinor(digits: number): number {
  return 10 ** (PRICE_WHOLE_DIGITS_MAX + digits) - 1;
}

/** A loop, because a regular expression for trailing zeros takes quadratic time. */
function withoutTrailingZeros(fraction: string): string {
  let end = fraction.length;
  while (end > 0 && fraction[end - 1] === '0') end -= 1;
  return fraction.slice(0, end);
}
