/** Decimal texts in minor units, which add up exactly: "29.99" is 2999n, at two digits. */
export function times(price: string, quantity: number): string {
  const digits = digitsOf(price);
  return decimal(minor(price, digits) * BigInt(quantity), digits);
}

export function sum(amounts: readonly string[]): string {
  const digits = Math.max(0, ...amounts.map(digitsOf));
  return decimal(
    amounts.reduce((total, amount) => total + minor(amount, digits), 0n),
    digits,
  );
}

function digitsOf(amount: string): number {
  return amount.split('.')[1]?.length ?? 0;
}

function minor(amount: string, digits: number): bigint {
  const [whole = '0', fraction = ''] = amount.split('.');
  return BigInt(whole + fraction.padEnd(digits, '0'));
}

function decimal(units: bigint, digits: number): string {
  if (digits === 0) return units.toString();
  const text = units.toString().padStart(digits + 1, '0');
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
