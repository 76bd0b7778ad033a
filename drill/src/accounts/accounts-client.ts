import { randomBytes } from 'node:crypto';

/** Longer than the gateway waits for identity-service. */
const ANSWER_WITHIN_MS = 10_000;

/** An answer that is none of success. */
export class AccountsRefused extends Error {
  constructor(
    readonly status: number,
    path: string,
    text: string,
  ) {
    super(`${path} was answered ${status} ${text.slice(0, 300)}`);
  }
}

/** A token, and for how long it is valid. */
export interface Issued {
  token: string;
  expiresIn: number;
}

/** Of a session of a user. */
export interface Tokens extends Issued {
  refreshToken: string;
}

export interface Login {
  email: string;
  password: string;
  /** A one-time password. */
  otp?: string;
}

export interface Machine {
  clientId: string;
  secret: string;
}

type Body = Record<string, unknown>;

/** The accounts of the shop, as any client reaches them: through the gateway. */
export class AccountsClient {
  constructor(private readonly gatewayUrl: string) {}

  /** A new account; resolves to the id of its user. */
  async signUp({ email, password }: Login): Promise<string> {
    const name = 'A Shopper';
    return String((await this.post('/api/auth/signup', { email, password, name })).id);
  }

  async logIn(login: Login): Promise<Tokens> {
    return tokensOf(await this.post('/api/auth/login', { ...login }));
  }

  async refresh(refreshToken: string): Promise<Tokens> {
    return tokensOf(await this.post('/api/auth/refresh', { refreshToken }));
  }

  async guest(): Promise<Issued> {
    return issuedOf(await this.post('/api/auth/guest', {}));
  }

  /** A client that may place orders. Only an admin with a second factor may make one. */
  async makeMachine(admin: Issued): Promise<Machine> {
    const body = await this.post('/api/admin/clients', { scopes: ['checkout:write'] }, admin.token);
    return { clientId: String(body.clientId), secret: String(body.secret) };
  }

  async machineToken({ clientId, secret }: Machine): Promise<Issued> {
    const grant = { grant_type: 'client_credentials', client_id: clientId, client_secret: secret };
    const body = await this.post('/api/auth/token', grant);
    return { token: String(body.access_token), expiresIn: Number(body.expires_in) };
  }

  private async post(path: string, body: Body, token?: string): Promise<Body> {
    const response = await fetch(this.gatewayUrl + path, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    const text = await response.text();
    if (!response.ok) throw new AccountsRefused(response.status, path, text);
    return JSON.parse(text) as Body;
  }
}

function issuedOf({ accessToken, expiresIn }: Body): Issued {
  return { token: String(accessToken), expiresIn: Number(expiresIn) };
}

function tokensOf(body: Body): Tokens {
  return { ...issuedOf(body), refreshToken: String(body.refreshToken) };
}

/** No password of a test is worth keeping. */
export function newPassword(): string {
  return randomBytes(18).toString('base64url');
}
