import type { JSONWebKeySet } from 'jose';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';

/** The public keys of an issuer, and when they were read, in ms since 1970. */
export interface StoredKeys {
  readonly uat: number;
  readonly jwks: JSONWebKeySet;
}

const AGE_MS_MAX = 24 * 3600_000;

/**
 * The file JWKS_CACHE: public keys of issuers, for a start while an issuer is away. Keys that are
 * over 24 hours old are not used.
 */
export class StoredKeysFile {
  private readonly keys = new Map<string, StoredKeys>();
  private writing: Promise<void> = Promise.resolve();

  /** Without a path, nothing is read and nothing is kept. */
  constructor(
    private readonly path: string | undefined,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /** By issuer. A file that is missing or broken has no keys. */
  read(nowMs: number): ReadonlyMap<string, StoredKeys> {
    for (const [issuer, keys] of Object.entries(this.content())) {
      const isFresh = isStoredKeys(keys) && keys.uat <= nowMs && nowMs - keys.uat < AGE_MS_MAX;
      if (isFresh) this.keys.set(issuer, keys);
    }
    return this.keys;
  }

  /** Replaces the file as a whole, so that a reader never sees half of it. */
  write(issuer: string, keys: StoredKeys): void {
    const { path } = this;
    this.keys.set(issuer, keys);
    if (path === undefined) return;
    const text = JSON.stringify(Object.fromEntries(this.keys));
    this.writing = this.writing.then(() => replaceFile(path, text)).catch(this.onFailure);
  }

  /** Resolves when everything is written. */
  async written(): Promise<void> {
    await this.writing;
  }

  private content(): Readonly<Record<string, unknown>> {
    if (this.path === undefined) return {};
    try {
      const content: unknown = JSON.parse(readFileSync(this.path, 'utf8'));
      return typeof content === 'object' && content !== null ? { ...content } : {};
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.onFailure(error);
      return {};
    }
  }
}

async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  await writeFile(temporary, text, { mode: 0o600 });
  await rename(temporary, path);
}

function isStoredKeys(value: unknown): value is StoredKeys {
  const { uat, jwks } = (value ?? {}) as { uat?: unknown; jwks?: { keys?: unknown } };
  return typeof uat === 'number' && Array.isArray(jwks?.keys);
}
