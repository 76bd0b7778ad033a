import { randomBytes } from 'node:crypto';

const ANY_UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** True for the text form of any UUID, whatever its version: what PostgreSQL takes as one. */
export function isUuid(text: string): boolean {
  return ANY_UUID.test(text);
}

/**
 * A new UUID of version 7: its first 48 bits are the time, so that rows made together lie together
 * in their index, however many finished ones lie before them. The order is a habit, not a promise.
 */
export function newUuid(): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}
