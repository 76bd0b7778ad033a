import { connect as connectRabbit } from 'amqplib';
import pg from 'pg';
import { databaseUrl } from './configured-servers.js';

/** What a server says to our credentials: welcome, no answer, or refused (and why). */
export type LoginAnswer =
  | { kind: 'welcome' }
  | { kind: 'absent' }
  | { kind: 'refused'; why: string };

const ANSWER_WITHIN_MS = 3_000;
/** What a connection attempt says when there is no server at all at the address. */
const ABSENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'EAI_AGAIN', 'ETIMEDOUT']);

/** Logs in to PostgreSQL at `postgresql://user:password@host:port`. */
export async function postgresLogin(serverUrl: string): Promise<LoginAnswer> {
  const client = new pg.Client({
    connectionString: databaseUrl(serverUrl, 'postgres'),
    connectionTimeoutMillis: ANSWER_WITHIN_MS,
  });
  client.on('error', () => undefined); // a server that goes away while we ask
  try {
    await client.connect();
    return { kind: 'welcome' };
  } catch (error) {
    return refusal(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Logs in to the first broker of a comma-separated list that answers. */
export async function rabbitLogin(urls: string): Promise<LoginAnswer> {
  let answer: LoginAnswer = { kind: 'absent' };
  for (const url of urls.split(',').map((one) => one.trim())) {
    const one = await rabbitLoginOne(url);
    if (one.kind === 'welcome') return one;
    if (one.kind === 'refused') answer = one;
  }
  return answer;
}

async function rabbitLoginOne(url: string): Promise<LoginAnswer> {
  try {
    const connection = await connectRabbit(url, { timeout: ANSWER_WITHIN_MS });
    connection.on('error', () => undefined);
    await connection.close().catch(() => undefined);
    return { kind: 'welcome' };
  } catch (error) {
    return refusal(error);
  }
}

function refusal(error: unknown): LoginAnswer {
  // localhost may be two addresses; Node then wraps one error for each.
  const causes = error instanceof AggregateError ? (error.errors as unknown[]) : [error];
  const codes = causes.map((one) => (one as NodeJS.ErrnoException).code ?? '');
  if (codes.every((code) => ABSENT.has(code))) return { kind: 'absent' };
  const why = causes.map((one) => (one instanceof Error ? one.message : String(one))).join('; ');
  return { kind: 'refused', why: why.split('\n')[0] ?? why };
}
