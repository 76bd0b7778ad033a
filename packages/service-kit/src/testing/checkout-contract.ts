/**
 * The rules of a checkout's body, written down a second time from what callers are promised, with
 * nothing of the program in it. True when the body must be accepted.
 */
export function isPromised(body: unknown): boolean {
  if (!hasOnly(body, ['userId', 'items'])) return false;
  const { userId, items } = body;
  if (!isUserId(userId) || !Array.isArray(items)) return false;
  if (items.length < 1 || items.length > 100 || !items.every(isLine)) return false;
  return [...new Set(items.map(productOf))].every((product) => {
    const same = items.filter((line) => productOf(line) === product);
    const quantity = same.reduce((sum, line) => sum + line.quantity, 0);
    return quantity <= 1000 && new Set(same.map((line) => cents(line.price))).size === 1;
  });
}

interface Line {
  productId: string;
  quantity: number;
  price: string | number;
}

function hasOnly(value: unknown, names: readonly string[]): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Reflect.ownKeys(value).every((name) => names.includes(String(name)));
}

function isUserId(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const characters = Array.from(value);
  const isText = characters.every((character) => {
    const code = character.codePointAt(0)!;
    const isControl = code < 0x20 || (code >= 0x7f && code <= 0x9f);
    return !isControl && !(code >= 0xd800 && code <= 0xdfff);
  });
  const isSeen = characters.some((character) => !isInvisible(character));
  return isText && isSeen && characters.length >= 1 && characters.length <= 100;
}

/**
 * First and last code points of what shows nothing: format characters, fillers, selectors, tags.
 */
const INVISIBLE: readonly (readonly [number, number])[] = [
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x600, 0x605],
  [0x61c, 0x61c],
  [0x6dd, 0x6dd],
  [0x70f, 0x70f],
  [0x890, 0x891],
  [0x8e2, 0x8e2],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x206f],
  [0x2800, 0x2800],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffb],
  [0x110bd, 0x110bd],
  [0x110cd, 0x110cd],
  [0x13430, 0x1343f],
  [0x1bca0, 0x1bca3],
  [0x1d173, 0x1d17a],
  [0xe0000, 0xe0fff],
];

function isInvisible(character: string): boolean {
  const code = character.codePointAt(0)!;
  return character.trim() === '' || INVISIBLE.some(([from, to]) => code >= from && code <= to);
}

function isLine(value: unknown): value is Line {
  if (!hasOnly(value, ['productId', 'quantity', 'price'])) return false;
  const { productId, quantity, price } = value;
  if (typeof productId !== 'string' || !isId(productId)) return false;
  if (typeof quantity !== 'number' || !Number.isInteger(quantity)) return false;
  if (quantity < 1 || quantity > 1000) return false;
  const amount = typeof price === 'string' || typeof price === 'number' ? cents(price) : undefined;
  return amount !== undefined && amount >= 1n && amount <= 999_999_999n;
}

function isId(text: string): boolean {
  const groups = text.split('-');
  const lengths = groups.map((group) => group.length).join();
  return lengths === '8,4,4,4,12' && groups.every((group) => /^[0-9a-fA-F]+$/.test(group));
}

const productOf = (line: Line): string => line.productId.toLowerCase();

/**
 * "29.9", "29.900" → 2990n; undefined for what is no plain decimal, or needs more than two
 * decimals.
 */
function cents(price: string | number): bigint | undefined {
  const [whole = '', fraction, ...more] = String(price).split('.');
  const isDigits = (text: string) => /^[0-9]+$/.test(text);
  if (more.length > 0 || !isDigits(whole) || whole.length > 7) return undefined;
  if (fraction === undefined) return BigInt(whole) * 100n;
  if (!isDigits(fraction) || /[1-9]/.test(fraction.slice(2))) return undefined;
  return BigInt(whole) * 100n + BigInt(fraction.slice(0, 2).padEnd(2, '0'));
}
