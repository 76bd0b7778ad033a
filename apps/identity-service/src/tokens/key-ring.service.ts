import { type Logger, PeriodicJob } from '@backstitch/service-kit';
import { newUuid } from '@backstitch/shared-types';
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import type { Sealing } from '../sealing/sealing.js';
import { keyPlan } from './key-plan.js';
import type { NewKey, SigningKeysRepository, StoredKey } from './signing-keys.repository.js';

export const SIGNING_ALGORITHM = 'ES256';
const ROTATE_EVERY_MS = 60_000;
/** A key that was revoked by another process is no longer used after this time. */
const FRESH_MS = 1_000;

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

  /** Makes, promotes, retires and removes keys as they are due. */
  async rotate(): Promise<void> {
    const planFor = (keys: Parameters<typeof keyPlan>[0]) => keyPlan(keys, this.nowMs());
    this.ring = await this.ringOf(await this.keys.rotate(planFor, () => this.newKey()));
  }

  private async current(): Promise<Ring> {
    if (this.ring && performance.now() - this.ring.loadedAtMs < FRESH_MS) return this.ring;
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
          : { kid: active.kid, privateKey: await this.privateKeyOf(active) },
      public: new Map(usable.map(({ kid, publicJwk }) => [kid, publicJwk])),
    };
  }

  private async privateKeyOf({ kid, alg, sealed }: StoredKey): Promise<CryptoKey> {
    const jwk = JSON.parse(this.sealing.open('signing-keys', kid, sealed).toString()) as JWK;
    return (await importJWK(jwk, alg)) as CryptoKey;
  }

  private async newKey(): Promise<NewKey> {
    const kid = newUuid();
    const pair = await generateKeyPair(SIGNING_ALGORITHM, { extractable: true });
    const secret = Buffer.from(JSON.stringify(await exportJWK(pair.privateKey)));
    const sealed = this.sealing.seal('signing-keys', kid, secret);
    const published = { kid, alg: SIGNING_ALGORITHM, use: 'sig' };
    const publicJwk = { ...(await exportJWK(pair.publicKey)), ...published };
    return { kid, alg: SIGNING_ALGORITHM, publicJwk, sealed };
  }
}
