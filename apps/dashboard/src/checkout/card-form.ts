/** A card as it is typed. It is sent to the API and is kept nowhere. */
export interface CardText {
  number: string;
  expiry: string;
  cvc: string;
  name: string;
}

export type CardField = keyof CardText;

/** What is wrong with a card, by its fields; the same rules as those of POST /api/cards, and Luhn. Pure. */
export function cardProblems(
  { number, expiry, cvc }: CardText,
  nowMs: number,
): Partial<Record<CardField, string>> {
  const problems = {
    number: numberProblem(number),
    expiry: expiryProblem(expiry, nowMs),
    cvc: /^\d{3,4}$/.test(cvc) ? undefined : 'Enter the 3 or 4 digits of the security code.',
  };
  return Object.fromEntries(Object.entries(problems).filter(([, problem]) => problem));
}

function numberProblem(text: string): string | undefined {
  const digits = text.replaceAll(' ', '');
  if (!/^\d{12,19}$/.test(digits)) return 'Enter the number of the card: 12 to 19 digits.';
  return isLuhn(digits) ? undefined : 'A digit of this number is wrong.';
}

function expiryProblem(text: string, nowMs: number): string | undefined {
  const [, month, year] = /^(0[1-9]|1[0-2])\/(\d\d)$/.exec(text) ?? [];
  if (month === undefined) return 'Enter the month and the year, such as 09/28.';
  const isOver = nowMs >= Date.UTC(2000 + Number(year), Number(month), 1);
  return isOver ? 'The card has expired.' : undefined;
}

/** The check digit of ISO/IEC 7812: it finds every single wrong digit. */
function isLuhn(digits: string): boolean {
  const sum = digits
    .split('')
    .reverse()
    .reduce((total, digit, index) => {
      const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
      return total + (value > 9 ? value - 9 : value);
    }, 0);
  return sum % 10 === 0;
}

/** Digits in groups of four, as they are on the card. */
export function spacedNumber(text: string): string {
  const digits = text.replaceAll(/\D/g, '').slice(0, 19);
  return digits.match(/.{1,4}/g)?.join(' ') ?? '';
}

/** MM/YY with its slash, however it is typed: "928" becomes "09/28". Erasing the slash keeps it erased. */
export function slashedExpiry(text: string, before = ''): string {
  const typed = text.replaceAll(/\D/g, '').slice(0, 4);
  const digits = /^[2-9]/.test(typed) ? `0${typed}`.slice(0, 4) : typed;
  if (digits.length > 2) return `${digits.slice(0, 2)}/${digits.slice(2)}`;
  const isErased = before.startsWith(text);
  return digits.length === 2 && !isErased ? `${digits}/` : digits;
}
