import { type ApiProblem, outOfReach, problemOf } from './problem.js';

/** A token, and the instant from which it is exchanged for the next one. */
export interface AccessToken {
  accessToken: string;
  renewAtMs: number;
}

/** What is given to the session by the browser, and by tests. */
export interface SessionPlace {
  fetch: typeof fetch;
  nowMs: () => number;
  /** Runs one at a time among all pages of the origin. */
  alone: <Result>(run: () => Promise<Result>) => Promise<Result>;
}

interface TokenAnswer {
  accessToken: string;
  expiresIn: number;
}

/** Renewed this much before it ends, so that no request is sent with a token that ends on the way. */
const MARGIN_MS = 30_000;

/**
 * The session of a person in one page. The access token is in memory only; the refresh token is in a
 * cookie that no script can read. Pages refresh one at a time, because each refresh token is used once.
 */
export class Session {
  private token: AccessToken | undefined;
  private renewing: Promise<string | undefined> | undefined;
  private readonly listeners = new Set<(token: string | undefined) => void>();

  constructor(private readonly place: SessionPlace) {}

  /** Told whenever a session begins, or ends. */
  onChange(listener: (token: string | undefined) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The token for a request; undefined without a session. Throws when nobody can tell. */
  async current(): Promise<string | undefined> {
    const { token } = this;
    if (token === undefined) return undefined;
    return this.place.nowMs() < token.renewAtMs ? token.accessToken : this.renew();
  }

  /** Takes the answer of a log-in. */
  begin({ accessToken, expiresIn }: TokenAnswer): void {
    this.keep(accessToken, expiresIn);
    this.tell(accessToken);
  }

  /** The session that the cookie has, after a reload; undefined when it has none. */
  async restore(): Promise<string | undefined> {
    const token = await this.renew();
    if (token !== undefined) this.tell(token);
    return token;
  }

  /** Exchanges the refresh token. What waits at the same time gets the same answer. */
  renew(): Promise<string | undefined> {
    this.renewing ??= this.place
      .alone(() => this.refresh())
      .finally(() => {
        this.renewing = undefined;
      });
    return this.renewing;
  }

  /** Ends the session here and at the server. */
  async end(): Promise<void> {
    const response = await this.post('/api/auth/logout');
    if (!response.ok && response.status !== 401) throw await problemIn(response);
    this.forget();
  }

  private async refresh(): Promise<string | undefined> {
    const response = await this.post('/api/auth/refresh');
    if (response.ok) {
      const { accessToken, expiresIn } = (await response.json()) as TokenAnswer;
      this.keep(accessToken, expiresIn);
      return accessToken;
    }
    if (response.status !== 401 && response.status !== 403) throw await problemIn(response);
    this.forget();
    return undefined;
  }

  private async post(path: string): Promise<Response> {
    try {
      return await this.place.fetch(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
        credentials: 'same-origin',
      });
    } catch {
      throw outOfReach();
    }
  }

  private keep(accessToken: string, expiresInSeconds: number): void {
    const renewAtMs = this.place.nowMs() + expiresInSeconds * 1000 - MARGIN_MS;
    this.token = { accessToken, renewAtMs };
  }

  /** Without asking the server: another page has ended the session. */
  forget(): void {
    const had = this.token !== undefined;
    this.token = undefined;
    if (had) this.tell(undefined);
  }

  private tell(token: string | undefined): void {
    for (const listener of this.listeners) listener(token);
  }
}

async function problemIn(response: Response): Promise<ApiProblem> {
  return problemOf(response, await response.json().catch(() => undefined));
}
