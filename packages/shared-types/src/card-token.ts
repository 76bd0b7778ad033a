/** A token stands for a card. It has the brand and the last four digits, and never the number. */
export const CARD_TOKEN = /^tok_(visa|mastercard|amex|unknown)_\d{4}_[0-9a-f]{16}$/;

export interface TokenizedCard {
  token: string;
  brand: string;
  last4: string;
}

/** The card of a token; undefined when it is no token of a card. */
export function cardOfToken(token: string): TokenizedCard | undefined {
  if (!CARD_TOKEN.test(token)) return undefined;
  const [, brand = '', last4 = ''] = token.split('_');
  return { token, brand, last4 };
}

/** A card for the simulated bank; `unique` is 16 hexadecimal digits. Pure. */
export function tokenizedCard(number: string, unique: string): TokenizedCard {
  const digits = number.replaceAll(' ', '');
  const [brand, last4] = [brandOf(digits), digits.slice(-4)];
  return { token: `tok_${brand}_${last4}_${unique}`, brand, last4 };
}

function brandOf(digits: string): string {
  if (digits.startsWith('4')) return 'visa';
  if (/^(5[1-5]|2[2-7])/.test(digits)) return 'mastercard';
  return /^3[47]/.test(digits) ? 'amex' : 'unknown';
}

/** "MM/YY": the card is valid until the end of that month, of this century. Pure. */
export function isExpired(expiry: string, nowMs: number): boolean {
  const [month = 0, year = 0] = expiry.split('/').map(Number);
  return nowMs >= Date.UTC(2000 + year, month, 1);
}
