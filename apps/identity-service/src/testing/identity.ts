import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Database, runMigrations } from '@backstitch/database';
import { createApp, createLogger, internalRequests, openDatabase } from '@backstitch/service-kit';
import { testDatabase, waitFor } from '@backstitch/testkit';
import { AppModule, type AppParts } from '../app.module.js';
import { IdentityConfig } from '../config.js';
import { Mailer } from '../mail/mailer.client.js';

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));
export const PASSWORD = 'seven green umbrellas';

export interface Answer {
  status: number;
  headers: Headers;
  /** The text of the body; '' when there is none. */
  text: string;
  body: Record<string, unknown>;
}

export interface Session {
  accessToken: string;
  refreshToken: string;
  sessionId: string;
}

export interface AskOptions {
  body?: unknown;
  token?: string;
  headers?: Record<string, string>;
}

/** The app on a database of its own, listening on a port of its own. */
export class Identity {
  /** The clock of its sessions is so far ahead. */
  aheadMs = 0;
  private people = 0;

  private constructor(
    readonly url: string,
    private readonly parts: AppParts,
    readonly databaseUrl: string,
    private readonly mailFolder: string,
    readonly close: () => Promise<void>,
  ) {}

  static async start(settings: Partial<IdentityConfig> = {}): Promise<Identity> {
    const migrate = (url: string) =>
      runMigrations({ url, folder: MIGRATIONS, print: () => undefined });
    const stored = await testDatabase({ name: 'identity', migrate, migrations: MIGRATIONS });
    const logger = createLogger({ app: 'test', level: 'silent' });
    const database = openDatabase({
      url: stored.url,
      name: 'test',
      logger,
      keyLookups: true,
      lockTimeoutMs: 20_000,
    });
    const MAIL_FOLDER = await mkdtemp(join(tmpdir(), 'mail-'));
    const config = Object.assign(new IdentityConfig(), { MAIL_FOLDER }, settings);
    const nowMs = () => Date.now() + identity.aheadMs;
    const parts: AppParts = { config, database, logger, nowMs };
    const app = await listening(parts);
    const close = async () => {
      await closed(app);
      await rm(MAIL_FOLDER, { recursive: true });
      await database.close();
      await stored.drop();
    };
    const url = await app.getUrl();
    const identity: Identity = new Identity(url, parts, stored.url, MAIL_FOLDER, close);
    return identity;
  }

  get database(): Database {
    return this.parts.database;
  }

  /** Another instance of the app on the same database. */
  async another(): Promise<Identity> {
    const app = await listening(this.parts);
    const close = () => closed(app);
    return new Identity(await app.getUrl(), this.parts, this.databaseUrl, this.mailFolder, close);
  }

  async ask(method: string, path: string, options: AskOptions = {}): Promise<Answer> {
    const { body, token, headers = {} } = options;
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    const parsed = isJson ? (JSON.parse(text) as Record<string, unknown>) : {};
    return { status: response.status, headers: response.headers, text, body: parsed };
  }

  /** A new account, and its e-mail address. */
  async signUp(name = 'Ann'): Promise<string> {
    this.people += 1;
    const email = `person${this.people}@shop.example`;
    const body = { email, password: PASSWORD, name };
    const { status, text } = await this.ask('POST', '/api/auth/signup', { body });
    if (status !== 201) throw new Error(`sign-up: ${status} ${text}`);
    return email;
  }

  logIn(email: string, password = PASSWORD): Promise<Answer> {
    return this.ask('POST', '/api/auth/login', { body: { email, password } });
  }

  /** A session of an account, or of a new one. */
  async session(email?: string): Promise<Session> {
    const { status, body, text } = await this.logIn(email ?? (await this.signUp()));
    if (status !== 200) throw new Error(`log-in: ${status} ${text}`);
    return body as unknown as Session;
  }

  refresh(refreshToken: string): Promise<Answer> {
    return this.ask('POST', '/api/auth/refresh', { body: { refreshToken } });
  }

  me(token: string): Promise<Answer> {
    return this.ask('GET', '/api/me', { token });
  }

  /** The e-mails to an address so far, oldest first. */
  async mailsTo(address: string): Promise<string[]> {
    const names = (await readdir(this.mailFolder)).filter((name) => name.endsWith('.eml')).sort();
    const texts = await Promise.all(
      names.map((name) => readFile(join(this.mailFolder, name), 'utf8')),
    );
    const plain = texts.map((text) => text.replace(/=\r?\n/g, '').replaceAll('=3D', '='));
    return plain.filter(
      (text) => text.includes(`\nTo: ${address}`) || text.startsWith(`To: ${address}`),
    );
  }

  /** Waits for an e-mail with a link to this page, and returns the token of the newest one. */
  tokenOf(page: string, address: string): Promise<string> {
    return waitFor(`an e-mail to ${address} about ${page}`, async () => {
      const mails = await this.mailsTo(address);
      const links = mails.flatMap((text) => [...text.matchAll(/\/([\w-]+)#token=([\w-]+)/g)]);
      return links.filter(([, name]) => name === page).at(-1)?.[2];
    });
  }

  async rows<Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.database.pool.query<Row & Record<string, unknown>>(sql, values)).rows;
  }
}

type App = Awaited<ReturnType<typeof createApp>>;

async function listening(parts: AppParts): Promise<App> {
  const { config, logger } = parts;
  const module = AppModule.of(parts);
  const name = 'identity-service';
  const internal = internalRequests(name, config);
  const app = await createApp({ name, module, config, logger, internal });
  await app.listen(0, '127.0.0.1');
  return app;
}

async function closed(app: App): Promise<void> {
  await app.close();
  await app.get(Mailer).close();
}
