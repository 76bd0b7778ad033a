import {
  createRemoteJWKSet,
  customFetch,
  errors,
  type ExportedJWKSCache,
  type JWKSCacheInput,
  type JWTVerifyGetKey,
  jwksCache,
} from 'jose';
import { fetchKeys } from './fetch-keys.js';
import type { StoredKeys } from './stored-keys.repository.js';

export interface IssuerKeysOptions {
  jwksUri: string;
  /** The keys of an earlier process, not too old. */
  stored: StoredKeys | undefined;
  /** Called with keys that were read from the issuer. */
  onRead: (keys: StoredKeys) => void;
  /** Called when they could not be read. */
  onFailure: (error: unknown) => void;
  /** The clock of the verifier. */
  nowMs: () => number;
}

/** No token can make us ask an issuer more often. */
const REFRESH_MS_MIN = 30_000;
const TIMEOUT_MS = 5_000;

/** The keys of an issuer were never read: its tokens cannot be verified now. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
}

/**
 * The public keys of one issuer. They stay usable while the issuer does not answer. The library
 * never asks the issuer by itself: it would ask for every token while the issuer is away.
 */
export class IssuerKeys {
  private readonly options: IssuerKeysOptions;
  private readonly cache: JWKSCacheInput;
  private readonly keySet: ReturnType<typeof createRemoteJWKSet>;
  /** Those that were read. */
  private kids = new Set<string>();
  /** Those that the issuer has named no more, although they may still be published. */
  private withdrawn: ReadonlySet<string> = new Set();
  private refreshing: Promise<boolean> | undefined;
  private refreshedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: IssuerKeysOptions) {
    this.options = options;
    this.cache = options.stored ? { ...options.stored } : {};
    this.keySet = createRemoteJWKSet(new URL(options.jwksUri), {
      [jwksCache]: this.cache,
      [customFetch]: fetchKeys,
      cacheMaxAge: Number.POSITIVE_INFINITY,
      cooldownDuration: Number.POSITIVE_INFINITY,
      timeoutDuration: TIMEOUT_MS,
    });
    this.readKids();
  }

  /** Whether the issuer still has this key. */
  has(kid: string): boolean {
    return this.kids.has(kid) && !this.withdrawn.has(kid);
  }

  /**
   * The issuer says that it has these keys now: any other key that is known is not usable any more.
   * When they are not those that were read, the keys are read again at once, which may still give
   * the list of before.
   */
  async keepOnly(kids: readonly string[]): Promise<void> {
    const known = [...this.withdrawn, ...this.kids];
    this.withdrawn = new Set(known.filter((kid) => !kids.includes(kid)));
    const isRead = kids.length === this.kids.size && kids.every((kid) => this.kids.has(kid));
    if (!isRead) await this.refresh({ force: true });
  }

  /** Whether it has keys, read from the issuer or stored by an earlier process. */
  get isKnown(): boolean {
    return this.kids.size > 0;
  }

  /** For jwtVerify. Throws KeysUnavailable, or an error of jose when the issuer has no such key. */
  readonly keyOf: JWTVerifyGetKey = async (header, token) => {
    if (!this.isKnown && !(await this.refresh())) throw new KeysUnavailable();
    if (!this.has(header.kid ?? '')) await this.refresh();
    if (!this.has(header.kid ?? '')) throw new errors.JWKSNoMatchingKey();
    return this.keySet(header, token);
  };

  /**
   * Reads the keys again, at most once in 30 seconds, whether it succeeds or not. `force` reads them
   * at once. Resolves to whether they were read.
   */
  async refresh({ force = false } = {}): Promise<boolean> {
    if (this.refreshing) return this.refreshing;
    const nowMs = this.options.nowMs();
    if (!force && nowMs - this.refreshedAtMs < REFRESH_MS_MIN) return false;
    this.refreshedAtMs = nowMs;
    this.refreshing = this.read().finally(() => (this.refreshing = undefined));
    return this.refreshing;
  }

  private async read(): Promise<boolean> {
    try {
      await this.keySet.reload();
    } catch (error) {
      this.options.onFailure(error);
      return false;
    }
    this.readKids();
    // The library puts what it read there.
    const { uat, jwks } = this.cache as ExportedJWKSCache;
    this.options.onRead({ uat, jwks });
    return true;
  }

  private readKids(): void {
    const keys = this.keySet.jwks()?.keys ?? [];
    this.kids = new Set(keys.flatMap(({ kid }) => kid ?? []));
  }
}
