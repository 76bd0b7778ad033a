import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { InternalKey, InternalKeys } from './internal-keys.js';

export const SIGNATURE_HEADER = 'x-backstitch-signature';

/** The headers that decide what a request does. Others do not: they may be changed on the way. */
export const SIGNED_HEADERS = ['idempotency-key', 'x-saga-id'] as const;
export type SignedHeader = (typeof SIGNED_HEADERS)[number];

/** What a signature covers, besides its kid and its time. */
export interface SignedRequest {
  /** In upper case. */
  readonly method: string;
  /** With the query, as it is in the first line of the request. */
  readonly path: string;
  /** The bytes of the body. A text is signed as UTF-8. No body: ''. */
  readonly body: string | Uint8Array;
  /** The value of x-backstitch-caller; undefined when the request has none. */
  readonly caller: string | undefined;
  /** The values of SIGNED_HEADERS; undefined when the request has none of them. */
  readonly headers?: Readonly<Partial<Record<SignedHeader, string>>>;
}

export type SignatureRefusal = 'missing' | 'malformed' | 'unknown-key' | 'stale' | 'mismatch';

/**
 * A repeat within this time is harmless for a checkout, which has the id of its saga. It is not for
 * a restock or a write-off: see docs/security.md.
 */
const SECONDS_MAX = 60;
const SIGNATURE = /^kid=([A-Za-z0-9_.-]{1,64}),t=(\d{1,12}),mac=([A-Za-z0-9_-]{43})$/;

/** The value of x-backstitch-signature. `nowS` is in seconds since 1970. */
export function signRequest(keys: InternalKeys, request: SignedRequest, nowS: number): string {
  const t = String(Math.floor(nowS));
  const { kid } = keys.signing;
  return `kid=${kid},t=${t},mac=${macOf(keys.signing, t, request).toString('base64url')}`;
}

/**
 * Why a request is not one of an app of ours; undefined when it is. `signature` is the value of
 * x-backstitch-signature, or undefined when the header is missing or there several times.
 */
export function signatureRefusal(
  keys: InternalKeys,
  request: SignedRequest,
  signature: string | undefined,
  nowS: number,
): SignatureRefusal | undefined {
  if (signature === undefined) return 'missing';
  const [, kid, t, mac] = SIGNATURE.exec(signature) ?? [];
  if (kid === undefined || t === undefined || mac === undefined) return 'malformed';
  const key = keys.accepted.get(kid);
  if (!key) return 'unknown-key';
  if (Math.abs(nowS - Number(t)) > SECONDS_MAX) return 'stale';
  const given = Buffer.from(mac, 'base64url');
  return timingSafeEqual(given, macOf(key, t, request)) ? undefined : 'mismatch';
}

/** No line can contain a line feed: neither can an HTTP header or the target of a request. */
function macOf({ kid, secret }: InternalKey, t: string, request: SignedRequest): Buffer {
  const { method, path, body, caller = '', headers } = request;
  const bodySha256 = createHash('sha256').update(body).digest('hex');
  const values = SIGNED_HEADERS.map((name) => headers?.[name] ?? '');
  const lines = [kid, method, path, t, bodySha256, caller, ...values].join('\n');
  return createHmac('sha256', secret).update(lines).digest();
}
