import pg from 'pg';
import { putManagement } from './rabbit-management.js';

/**
 * Until November 2026 private servers had the passwords of the documents, which every account of the
 * machine knows. Data from then is kept, and gets the password that the address names.
 */
const FORMER = { postgres: '1111', rabbit: 'admin' };

/** Gives the address's user its password, if the former one still opens; says whether it did. */
export async function replacePostgresPassword(url: string): Promise<boolean> {
  const { user, password, former } = credentials(url, FORMER.postgres);
  const client = new pg.Client({ connectionString: `${former}/postgres` });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const [name, secret] = [client.escapeIdentifier(user), client.escapeLiteral(password)];
    await client.query(`ALTER USER ${name} PASSWORD ${secret}`);
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The same for RabbitMQ, by its management API. */
export function replaceRabbitPassword(url: string, managementUrl: string): Promise<boolean> {
  const { user, password, former } = credentials(url, FORMER.rabbit);
  const path = `/api/users/${encodeURIComponent(user)}`;
  return putManagement(managementUrl, former, path, { password, tags: 'administrator' });
}

function credentials(url: string, formerPassword: string) {
  const { username, password } = new URL(url);
  const former = new URL(url);
  former.password = formerPassword;
  return {
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    former: former.toString().replace(/\/$/, ''),
  };
}
