import { createHmac, timingSafeEqual } from 'node:crypto';

const STEP_MS = 30_000;
const DIGITS = 6;
/** The clock of a phone may be a step behind or ahead. */
const STEPS_AROUND = [0, -1, 1];
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The code of a step (RFC 6238, SHA-1, 6 digits). Pure. */
export function totpCode(secret: Buffer, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', secret).update(counter).digest();
  const number = mac.readUInt32BE(mac.at(-1)! & 0xf) & 0x7fffffff;
  return String(number % 10 ** DIGITS).padStart(DIGITS, '0');
}

/** The step whose code this is, after the last one that was used; undefined for a wrong code. Pure. */
export function totpStep(secret: Buffer, code: string, lastStep: number, nowMs: number) {
  const current = Math.floor(nowMs / STEP_MS);
  return STEPS_AROUND.map((each) => current + each).find((step) => {
    return step > lastStep && isSame(totpCode(secret, step), code);
  });
}

/** What an authenticator app reads from a QR code. Pure. */
export function totpUri(secret: Buffer, account: string): string {
  const label = encodeURIComponent(`Backstitch:${account}`);
  return `otpauth://totp/${label}?secret=${base32(secret)}&issuer=Backstitch`;
}

function base32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const groups = bits.match(/.{1,5}/g) ?? [];
  return groups.map((group) => BASE32[Number.parseInt(group.padEnd(5, '0'), 2)]).join('');
}

/** The bytes of a secret as people write it. Pure. */
export function bytesOfBase32(text: string): Buffer {
  const groups = Array.from(text, (each) => BASE32.indexOf(each).toString(2).padStart(5, '0'));
  const bytes = groups.join('').match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)));
}

function isSame(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
