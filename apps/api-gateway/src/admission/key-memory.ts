const SLOTS = 2 ** 20;

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * Remembers the Idempotency-Keys that were forwarded, in 4 MB: each hash has one slot, which keeps
 * the last key. It is only a hint: a key may be forgotten, and one in thousands of new keys seems
 * known.
 */
export class KeyMemory {
  private readonly slots: Uint32Array;

  /** `slots` is a power of two. */
  constructor(slots: number = SLOTS) {
    this.slots = new Uint32Array(slots);
  }

  remember(key: string): void {
    const hash = hashOf(key);
    this.slots[hash & (this.slots.length - 1)] = hash;
  }

  knows(key: string): boolean {
    const hash = hashOf(key);
    return this.slots[hash & (this.slots.length - 1)] === hash;
  }
}

/** FNV-1a of the text of the header; a quoted key and a bare key have the same hash. */
function hashOf(key: string): number {
  const quoted = key.startsWith('"') && key.endsWith('"');
  let hash = FNV_OFFSET;
  for (let at = quoted ? 1 : 0; at < key.length - (quoted ? 1 : 0); at += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(at), FNV_PRIME);
  }
  return hash >>> 0;
}
