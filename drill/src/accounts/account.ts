import {
  type AccountsClient,
  AccountsRefused,
  type Issued,
  type Login,
  type Machine,
  type Tokens,
} from './accounts-client.js';
import { callerIdOf, type Shopper, type ShopperKind } from './shopper.js';

/** A token is replaced when it is about so old: often, so that a short drill sees it too. */
const RENEW_AFTER_MS = 60_000;

/** Gets a token, the next one after the one before. */
type Renewal = () => Promise<Issued>;

/** A shopper who may come again and again: its token is renewed long before it expires. */
export class Account implements Shopper {
  readonly callerId: string;
  private issued: Issued | undefined;
  private renewAtMs = 0;
  private expiresAtMs = 0;

  constructor(
    readonly kind: ShopperKind,
    readonly subject: string,
    private readonly next: Renewal,
  ) {
    this.callerId = callerIdOf(kind, subject);
  }

  get token(): string {
    if (!this.issued) throw new Error(`${this.callerId} has no token yet`);
    return this.issued.token;
  }

  isDue(nowMs: number): boolean {
    return nowMs >= this.renewAtMs;
  }

  /** Whether its token is still valid after so long. */
  isValidFor(ms: number, nowMs: number): boolean {
    return nowMs + ms < this.expiresAtMs;
  }

  /** Rejects when there is no new token now; the one that it has stays. `nowMs` never goes back. */
  async renew(nowMs: number): Promise<void> {
    const issued = await this.next();
    this.issued = issued;
    this.renewAtMs = nowMs + RENEW_AFTER_MS * (1 + Math.random() / 2); // not all at one moment
    this.expiresAtMs = nowMs + issued.expiresIn * 1_000;
  }
}

/** A user logs in once and refreshes from then on; when its session is gone, it logs in again. */
export function userRenewal(client: AccountsClient, login: Login): Renewal {
  let tokens: Tokens | undefined;
  return async () => {
    try {
      tokens = await (tokens ? client.refresh(tokens.refreshToken) : client.logIn(login));
    } catch (error) {
      if (tokens && error instanceof AccountsRefused && error.status === 401) tokens = undefined;
      throw error;
    }
    return tokens;
  };
}

export function machineRenewal(client: AccountsClient, machine: Machine): Renewal {
  return () => client.machineToken(machine);
}
