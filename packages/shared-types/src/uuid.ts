import { createHash, randomUUID } from 'node:crypto';

const ANY_UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** True for the text form of a UUID of any version, as PostgreSQL accepts it. */
export function isUuid(text: string): boolean {
  return ANY_UUID.test(text);
}

const VERSION_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/**
 * The time in an id of version 7, in milliseconds since 1970, by the clock of the process that made
 * it. Undefined for an id of another version, which has no time.
 */
export function timeOfUuid(id: string): number | undefined {
  return VERSION_7.test(id) ? Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) : undefined;
}

/**
 * A new UUID of version 7. Its first 48 bits are the time, so new rows are close together in their
 * index, however many older rows exist. The order of ids is not guaranteed.
 */
export function newUuid(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  // randomUUID caches random bytes; a system call for each id would cost ten times as much.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

/** The same UUID of version 8 for the same words. */
export function uuidOf(...words: readonly string[]): string {
  const bytes = createHash('sha256').update(JSON.stringify(words)).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
