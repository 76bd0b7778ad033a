import { createHash, createSecretKey, type KeyObject } from 'node:crypto';

/** The keys by which the apps sign requests to each other. */
export interface InternalKeys {
  /** The first key of the list. */
  readonly signing: InternalKey;
  /** All keys of the list, by kid: each of them is accepted. */
  readonly accepted: ReadonlyMap<string, InternalKey>;
}

export interface InternalKey {
  readonly kid: string;
  readonly secret: KeyObject;
}

const KEY_BYTES = 32;
const KID = /^[A-Za-z0-9_.-]{1,64}$/;
const BASE64URL = /^[A-Za-z0-9_-]+$/;

const DEVELOPMENT_KEY = createHash('sha256')
  .update('backstitch: the internal key of development')
  .digest('base64url');

/** Everybody knows it: production refuses it. */
export const DEVELOPMENT_INTERNAL_KEYS = `development:${DEVELOPMENT_KEY}`;

/**
 * Why a value of INTERNAL_KEYS cannot be used; undefined for a good one. The sentence contains no
 * secret.
 */
export function internalKeysProblem(
  list: string,
  { isProduction }: { isProduction: boolean },
): string | undefined {
  const elements = elementsOf(list);
  if (elements.length === 0) return 'must have at least one key';
  const kids = new Set<string>();
  for (const [n, element] of elements.entries()) {
    const key = keyOf(element);
    if (!key) {
      return (
        `must be a comma-separated list of kid:key, where kid has 1 to 64 of A-Z a-z 0-9 _ . - ` +
        `and key is ${KEY_BYTES} bytes in base64url; element ${n + 1} is not`
      );
    }
    if (kids.has(key.kid)) return `has the kid "${key.kid}" twice`;
    kids.add(key.kid);
  }
  const isDevelopment = elements.some((element) => element.endsWith(`:${DEVELOPMENT_KEY}`));
  if (isProduction && isDevelopment) return 'has the key of development, which everybody knows';
  return undefined;
}

/** Reads a value that internalKeysProblem accepts. Throws on another one. */
export function internalKeys(list: string): InternalKeys {
  const problem = internalKeysProblem(list, { isProduction: false });
  if (problem !== undefined) throw new TypeError(`INTERNAL_KEYS ${problem}`);
  const keys = elementsOf(list).flatMap((element) => keyOf(element) ?? []);
  return { signing: keys[0]!, accepted: new Map(keys.map((key) => [key.kid, key])) };
}

function elementsOf(list: string): string[] {
  const elements = list.split(',').map((element) => element.trim());
  return elements.filter((element) => element !== '');
}

function keyOf(element: string): InternalKey | undefined {
  const [kid = '', key = '', ...more] = element.split(':');
  if (more.length > 0 || !KID.test(kid) || !BASE64URL.test(key)) return undefined;
  const secret = Buffer.from(key, 'base64url');
  if (secret.length !== KEY_BYTES) return undefined;
  return { kid, secret: createSecretKey(secret) };
}
