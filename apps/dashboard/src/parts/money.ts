const formats = new Map<string, Intl.NumberFormat>();

/** A decimal text of the API in the way of people: "29.99" USD is $29.99. It is never computed with. */
export function money(amount: string, currency: string): string {
  let format = formats.get(currency);
  if (!format) {
    format = new Intl.NumberFormat('en', { style: 'currency', currency });
    formats.set(currency, format);
  }
  return format.format(amount as `${number}`);
}
