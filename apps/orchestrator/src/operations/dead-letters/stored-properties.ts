import type { DeadLetter } from '@backstitch/messaging';

type MessageProperties = DeadLetter['properties'];

/** Headers are tables in tables, of any depth that their sender likes. */
const DEPTH_MAX = 32;
const BYTES = 'bytes';

/** The properties of a message as JSON that `json` columns take; the bytes in headers are kept. Pure. */
export function storedProperties(properties: MessageProperties): string {
  return JSON.stringify(plain(properties, 0));
}

/** What `storedProperties` was given, read back. Pure. */
export function propertiesOf(stored: unknown): MessageProperties {
  return revived(stored) as MessageProperties;
}

function plain(value: unknown, depth: number): unknown {
  if (Buffer.isBuffer(value)) return { '!': BYTES, value: value.toString('base64') };
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === DEPTH_MAX) return null;
  return mapped(value, (each) => plain(each, depth + 1));
}

function revived(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('!' in value && value['!'] === BYTES && 'value' in value && typeof value.value === 'string') {
    return Buffer.from(value.value, 'base64');
  }
  return mapped(value, revived);
}

function mapped(value: object, change: (each: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(change);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, change(each)]));
}
