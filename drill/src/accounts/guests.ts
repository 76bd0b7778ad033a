import type { AccountsClient } from './accounts-client.js';
import { callerIdOf, type Shopper } from './shopper.js';

/** Enough while identity-service is away for minutes. */
const IN_STOCK = 400;
const AT_ONCE = 8;
/** A guest that is older may see its token expire while it buys. */
const KEPT_FOR_MS = 240_000;

/** Tokens of guests, made before they are needed: each guest buys once. */
export class Guests {
  made = 0;
  private readonly stock: { guest: Shopper; madeAtMs: number }[] = [];

  constructor(
    private readonly client: Pick<AccountsClient, 'guest'>,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /** Undefined when all are spent. */
  take(): Shopper | undefined {
    this.removeOld();
    return this.stock.shift()?.guest;
  }

  /** Makes as many as are missing; rejects as soon as one cannot be made. */
  async fill(wanted = IN_STOCK): Promise<void> {
    this.removeOld();
    while (this.stock.length < wanted) {
      const count = Math.min(AT_ONCE, wanted - this.stock.length);
      await Promise.all(Array.from({ length: count }, () => this.make()));
    }
  }

  private async make(): Promise<void> {
    const madeAtMs = this.nowMs();
    const { token } = await this.client.guest();
    const subject = subjectOf(token);
    const guest: Shopper = {
      kind: 'guest',
      subject,
      callerId: callerIdOf('guest', subject),
      token,
    };
    this.stock.push({ guest, madeAtMs });
    this.made += 1;
  }

  private removeOld(): void {
    const oldestMs = this.nowMs() - KEPT_FOR_MS;
    while (this.stock[0] && this.stock[0].madeAtMs < oldestMs) this.stock.shift();
  }
}

function subjectOf(token: string): string {
  const [, claims = ''] = token.split('.');
  const { sub } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { sub: string };
  return sub;
}
