import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { InternalKey, InternalKeys } from './internal-keys.js';

export const SIGNATURE_HEADER = 'x-backstitch-signature';

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
}

export type SignatureRefusal = 'missing' | 'malformed' | 'unknown-key' | 'stale' | 'mismatch';

/** A repeat within this time is harmless: every request of ours is idempotent. */
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
  const { method, path, body, caller = '' } = request;
  const bodySha256 = createHash('sha256').update(body).digest('hex');
  const lines = [kid, method, path, t, bodySha256, caller].join('\n');
  return createHmac('sha256', secret).update(lines).digest();
}
