const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const STEP_MS = 30_000;

/**
 * The code of an authenticator at a time (RFC 6238: SHA-1, 30 s, six digits). For the demo accounts,
 * whose secrets everybody knows.
 */
export async function oneTimeCode(secret: string, nowMs: number): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-1' };
  const raw = bytesOf(secret);
  const key = await crypto.subtle.importKey('raw', raw, algorithm, false, ['sign']);
  const counter = new DataView(new ArrayBuffer(8));
  counter.setBigUint64(0, BigInt(Math.floor(nowMs / STEP_MS)));
  const hash = new DataView(await crypto.subtle.sign('HMAC', key, counter));
  const offset = hash.getUint8(hash.byteLength - 1) & 0xf;
  const code = (hash.getUint32(offset) & 0x7f_ff_ff_ff) % 1_000_000;
  return String(code).padStart(6, '0');
}

function bytesOf(secret: string): Uint8Array<ArrayBuffer> {
  let bits = '';
  for (const letter of secret) bits += ALPHABET.indexOf(letter).toString(2).padStart(5, '0');
  const bytes = bits.match(/.{8}/g) ?? [];
  return Uint8Array.from(bytes, (byte) => Number.parseInt(byte, 2));
}
