import { setTimeout as sleep } from 'node:timers/promises';
import type { Sealing } from '../sealing/sealing.js';
import { type KeyPlan, type KeyState, revocationPlan, rotationPlan } from './key-plan.js';
import { newSigningKey, privateKeyOf } from './signing-key.js';
import type { SigningKeysRepository } from './signing-keys.repository.js';

/** In events. */
const ACTOR = 'command line';
const POLL_MS = 200;

/** What this process would seal, identity-service could not open. */
export class AnotherEncryptionKey extends Error {}

/** What operators do to signing keys, by `pnpm identity keys`. */
export class KeyOperations {
  constructor(
    private readonly keys: SigningKeysRepository,
    private readonly sealing: Sealing,
  ) {}

  list(): Promise<KeyState[]> {
    return this.keys.list();
  }

  /**
   * Another key signs after it was published for `publishedMs`; resolves to its kid then. The key
   * that signed stays published: its tokens are valid until they expire. Throws
   * AnotherEncryptionKey, as revoke() does.
   */
  async rotate(publishedMs: number): Promise<string> {
    for (;;) {
      const plan = await this.change((keys) => rotationPlan(keys, publishedMs, Date.now()));
      if (plan.promote !== undefined) return plan.promote;
      if (plan.make === undefined) await sleep(POLL_MS);
    }
  }

  /** False when there is no such key, or it is revoked. */
  async revoke(kid: string): Promise<boolean> {
    const nothing: KeyPlan = { remove: [] };
    const plan = await this.change((keys) => revocationPlan(keys, kid, Date.now()) ?? nothing);
    return plan.revoke !== undefined;
  }

  private async requireSameSecret(): Promise<void> {
    const active = (await this.keys.list()).find(({ state }) => state === 'active');
    try {
      if (active) await privateKeyOf(active, this.sealing);
    } catch (cause) {
      throw new AnotherEncryptionKey('KEY_ENCRYPTION_KEY differs', { cause });
    }
  }

  private async change(planFor: (keys: readonly KeyState[]) => KeyPlan): Promise<KeyPlan> {
    const make = () => newSigningKey(this.sealing);
    await this.requireSameSecret();
    return (await this.keys.change(planFor, make, ACTOR)).plan;
  }
}
