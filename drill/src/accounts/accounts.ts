import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../site/random.js';
import { Account, machineRenewal, userRenewal } from './account.js';
import { AccountsClient, newPassword } from './accounts-client.js';
import { demoAdminLogin } from './demo-admin.js';
import { Guests } from './guests.js';
import type { Shopper } from './shopper.js';

const USERS = 24;
const MACHINES = 4;
const LOOK_EVERY_MS = 1_000;
/** Longer than a shopper asks for one thing. */
const VALID_FOR_MS = 120_000;

/** Of the report. */
export interface AccountCounts {
  users: number;
  machines: number;
  /** Guests that were made. */
  guests: number;
  /** Tokens that replaced another before it expired. */
  renewed: number;
  /** Attempts at that without success: identity-service was away, or the gateway was. */
  notRenewed: number;
}

/**
 * All shoppers: users, machines and guests of the drilled system's identity-service. They are made
 * before the load begins, and their tokens are renewed while it lasts.
 */
export class Accounts {
  readonly counts: AccountCounts = {
    users: USERS,
    machines: MACHINES,
    guests: 0,
    renewed: 0,
    notRenewed: 0,
  };
  private readonly closed = new AbortController();
  private renewing: Promise<void> = Promise.resolve();

  private constructor(
    private readonly accounts: readonly Account[],
    private readonly guests: Guests,
  ) {}

  /** Makes all accounts; rejects when that fails. */
  static async open(gatewayUrl: string): Promise<Accounts> {
    const client = new AccountsClient(gatewayUrl);
    const admin = await client.logIn(await demoAdminLogin());
    const accounts: Account[] = [];
    for (let count = 1; count <= USERS; count += 1) {
      const login = { email: `shopper-${count}@drill.example`, password: newPassword() };
      const id = await client.signUp(login);
      accounts.push(new Account('user', id, userRenewal(client, login)));
    }
    for (let count = 1; count <= MACHINES; count += 1) {
      const machine = await client.makeMachine(admin);
      accounts.push(new Account('machine', machine.clientId, machineRenewal(client, machine)));
    }
    for (const account of accounts) await account.renew(performance.now());
    const opened = new Accounts(accounts, new Guests(client));
    await opened.guests.fill();
    opened.counts.guests = opened.guests.made;
    return opened;
  }

  /** Renews tokens until it is closed. */
  start(): void {
    this.renewing = this.renewAll();
  }

  async close(): Promise<void> {
    this.closed.abort();
    await this.renewing;
  }

  /** A user or a machine, who may have several purchases under way: each needs a key. */
  anyWithKey(random: Random): Shopper {
    const nowMs = performance.now();
    const valid = this.accounts.filter((each) => each.isValidFor(VALID_FOR_MS, nowMs));
    return random.pick(valid.length > 0 ? valid : this.accounts);
  }

  /** Who buys once; undefined when no guest could be made for minutes. */
  anyGuest(): Shopper | undefined {
    return this.guests.take();
  }

  private async renewAll(): Promise<void> {
    const { signal } = this.closed;
    while (!signal.aborted) {
      await Promise.all([this.renewDue(), this.makeGuests()]);
      await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private async renewDue(): Promise<void> {
    const nowMs = performance.now();
    for (const account of this.accounts.filter((each) => each.isDue(nowMs))) {
      if (this.closed.signal.aborted) return;
      try {
        await account.renew(performance.now());
        this.counts.renewed += 1;
      } catch {
        this.counts.notRenewed += 1;
        return; // the others would wait for the same
      }
    }
  }

  private async makeGuests(): Promise<void> {
    // Faults make it fail; a second later it is tried again.
    await this.guests.fill().catch(() => undefined);
    this.counts.guests = this.guests.made;
  }
}
