import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Accounts } from '../accounts/accounts.js';
import type { Random } from '../site/random.js';
import { anyKind, cartOf } from './basket.js';
import { type Asked, type Intent, type Kind, type Ledger, toldBy } from './ledger.js';
import type { ShopClient } from './shop-client.js';

export interface LoadPlan {
  client: ShopClient;
  ledger: Ledger;
  accounts: Accounts;
  random: Random;
  /** Shoppers who come each second; what they ask again comes on top. */
  rate: number;
}

const TRIES_MAX = 4;
const BREATH_MS = 1_000;

/** Shoppers who come at a steady rate, whether or not those before them were served. */
export class Load {
  private readonly shoppers = new Set<Promise<unknown>>();
  private readonly closed = new AbortController();
  private arrivals: Promise<void> = Promise.resolve();
  private readonly choice: Random;

  constructor(private readonly plan: LoadPlan) {
    this.choice = plan.random.fork('shoppers');
    setMaxListeners(0, this.closed.signal); // every shopper who waits listens
  }

  start(): void {
    this.arrivals = this.arrive();
  }

  /** No shopper comes or asks again any more; resolves when all requests are answered. */
  async stop(): Promise<void> {
    this.closed.abort();
    await this.arrivals;
    await Promise.all(this.shoppers);
  }

  /**
   * After the load: shoppers with a key who never heard an end ask again, until they are told one or
   * have asked often enough. At most `rate` of them at a time.
   */
  async askAgain(): Promise<number> {
    const { ledger, client, rate } = this.plan;
    const heard = new Set<Intent>();
    for (const asked of ledger.asked) {
      if (!asked.otherCart && isAnEnd(asked)) heard.add(asked.intent);
    }
    const unheard = new Set(ledger.asked.map(({ intent }) => intent));
    const left = [...unheard].filter((intent) => intent.key !== undefined && !heard.has(intent));
    for (let next = 0; next < left.length; next += rate) {
      await Promise.all(left.slice(next, next + rate).map((intent) => hearTheEnd(intent, client)));
    }
    return left.length;
  }

  private async arrive(): Promise<void> {
    const { rate, random } = this.plan;
    const startMs = performance.now();
    const { signal } = this.closed;
    for (let count = 1; !signal.aborted; count += 1) {
      const shopper = this.shop(anyKind(random));
      this.shoppers.add(shopper);
      void shopper.finally(() => this.shoppers.delete(shopper));
      const dueMs = startMs + (count * 1_000) / rate;
      await this.wait(dueMs - performance.now());
    }
  }

  private async shop(kind: Kind): Promise<void> {
    const { ledger, client, random, accounts } = this.plan;
    const keyed = kind !== 'keyless' && kind !== 'keyless-concurrent';
    // Without a key, a saga is known by its user: a guest, who buys but once.
    const shopper = keyed ? accounts.anyWithKey(this.choice) : accounts.anyGuest();
    if (!shopper) return this.shop('plain');
    const intent = ledger.intent({ kind, items: cartOf(kind, random), keyed, shopper });
    switch (kind) {
      case 'concurrent':
      case 'keyless-concurrent': {
        const concurrent = Array.from({ length: 2 + random.int(3) }, () => client.ask(intent));
        await Promise.all(concurrent);
        return;
      }
      case 'again':
        await this.insist(intent);
        if (await this.wait(1_000 + random.int(8_000))) await client.ask(intent);
        return;
      case 'async':
        await client.ask(intent, { preferAsync: true });
        if (await this.wait(500 + random.int(4_000))) await client.ask(intent);
        return;
      case 'impatient':
        await client.ask(intent, { hangUpAfterMs: 5 + random.int(200) });
        // Half of them come back, some while the first request is still served.
        if (random.int(2) === 0 && (await this.wait(random.int(1_000)))) await this.insist(intent);
        return;
      case 'reused-key': {
        const first = await this.insist(intent);
        if (isAnEnd(first)) await client.ask(intent, { otherCart: cartOf('lines', random) });
        return;
      }
      default:
        await this.insist(intent);
    }
  }

  /** Asks, and asks again with the same key while the end is not known, as most clients do. */
  private async insist(intent: Intent): Promise<Asked> {
    const { client, random } = this.plan;
    const patient = intent.key !== undefined && random.int(4) > 0;
    let asked = await client.ask(intent);
    for (let tries = 1; patient && tries < TRIES_MAX; tries += 1) {
      if (['yes', 'no', 'wrong'].includes(toldBy(asked))) break;
      if (!(await this.wait(300 + random.int(1_700)))) break;
      asked = await client.ask(intent);
    }
    return asked;
  }

  /** False when the shop closed meanwhile. */
  private async wait(ms: number): Promise<boolean> {
    if (ms <= 0) return !this.closed.signal.aborted;
    try {
      await pause(ms, undefined, { signal: this.closed.signal });
      return true;
    } catch {
      return false;
    }
  }
}

function isAnEnd(asked: Asked): boolean {
  return ['yes', 'no'].includes(toldBy(asked));
}

/** With breaths in between: one refusal may be a breaker's that closes just now. */
async function hearTheEnd(intent: Intent, client: ShopClient): Promise<void> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    if (tries > 0) await pause(BREATH_MS);
    if (isAnEnd(await client.ask(intent))) return;
  }
}
