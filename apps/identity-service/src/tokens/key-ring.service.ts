import { type Logger, PeriodicJob } from '@backstitch/service-kit';
import type { CryptoKey, JWK } from 'jose';
import type { Sealing } from '../sealing/sealing.js';
import { keyPlan, type KeyState } from './key-plan.js';
import { newSigningKey, privateKeyOf } from './signing-key.js';
import type { SigningKeysRepository, StoredKey } from './signing-keys.repository.js';

const ROTATE_EVERY_MS = 60_000;
/** A key that was revoked by another process is no longer used after this time. */
const FRESH_MS = 500;
/** In events. */
const ACTOR = 'identity-service';

interface Ring {
  loadedAtMs: number;
  active: { kid: string; privateKey: CryptoKey };
  /** Of the keys whose tokens are valid, and of the next one. */
  public: ReadonlyMap<string, JWK>;
}

/** The signing keys of this process, as the database has them; it makes and rotates them. */
export class KeyRing {
  readonly job: PeriodicJob;
  private ring: Ring | undefined;
  private loading: Promise<Ring> | undefined;

  constructor(
    private readonly keys: SigningKeysRepository,
    private readonly sealing: Sealing,
    logger: Logger,
    private readonly nowMs: () => number = Date.now,
  ) {
    const run = () => this.rotate();
    const name = 'signing-keys';
    this.job = new PeriodicJob({ name, logger, intervalMs: ROTATE_EVERY_MS, firstDelayMs: 0, run });
  }

  /** The key that signs now. Made when there is none. */
  async active(): Promise<Ring['active']> {
    return (await this.current()).active;
  }

  /** Public keys by their `kid`. */
  async publicKeys(): Promise<ReadonlyMap<string, JWK>> {
    return (await this.current()).public;
  }

  /**
   * The same as they are in the database now. Who asks for them has seen a token of an unknown key,
   * which another process may have made a moment ago.
   */
  async publicKeysNow(): Promise<ReadonlyMap<string, JWK>> {
    // A query that is under way may have begun before that.
    await this.loading?.catch(() => undefined);
    return (await this.loaded()).public;
  }

  /** Makes, promotes, retires and removes keys as they are due. */
  async rotate(): Promise<void> {
    const planFor = (keys: readonly KeyState[]) => keyPlan(keys, this.nowMs());
    const { keys } = await this.keys.change(planFor, () => newSigningKey(this.sealing), ACTOR);
    this.ring = await this.ringOf(keys);
  }

  private async current(): Promise<Ring> {
    if (this.ring && performance.now() - this.ring.loadedAtMs < FRESH_MS) return this.ring;
    return this.loaded();
  }

  /** Requests that come while it loads share one query. */
  private loaded(): Promise<Ring> {
    this.loading ??= this.load().finally(() => (this.loading = undefined));
    return this.loading;
  }

  private async load(): Promise<Ring> {
    const stored = await this.keys.list();
    const hasActive = stored.some(({ state }) => state === 'active');
    if (hasActive) this.ring = await this.ringOf(stored);
    else await this.rotate();
    return this.ring!;
  }

  private async ringOf(stored: readonly StoredKey[]): Promise<Ring> {
    const active = stored.find(({ state }) => state === 'active');
    if (!active) throw new Error('there is no active signing key');
    const usable = stored.filter(({ state }) => state !== 'revoked');
    return {
      loadedAtMs: performance.now(),
      active:
        this.ring?.active.kid === active.kid
          ? this.ring.active
          : { kid: active.kid, privateKey: await privateKeyOf(active, this.sealing) },
      public: new Map(usable.map(({ kid, publicJwk }) => [kid, publicJwk])),
    };
  }
}
