import { ManagementClient } from '@backstitch/launcher';
import pg from 'pg';

/**
 * Gives the address's user its password, if a former one still opens; says whether it did. Data folders
 * outlive the passwords that they were made with: those of the documents, or random ones.
 */
export async function replacePostgresPassword(
  url: string,
  former: readonly string[],
): Promise<boolean> {
  const { user, password } = credentialsOf(url);
  for (const one of former) {
    const client = new pg.Client({ connectionString: `${withPassword(url, one)}/postgres` });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const [name, secret] = [client.escapeIdentifier(user), client.escapeLiteral(password)];
      await client.query(`ALTER USER ${name} PASSWORD ${secret}`);
      return true;
    } catch {
      // it does not open
    } finally {
      await client.end().catch(() => undefined);
    }
  }
  return false;
}

/** The same for RabbitMQ, by its management API. */
export async function replaceRabbitPassword(
  url: string,
  managementUrl: string,
  former: readonly string[],
): Promise<boolean> {
  const { user, password } = credentialsOf(url);
  const path = `/users/${encodeURIComponent(user)}`;
  const body = { password, tags: 'administrator' };
  for (const one of former) {
    const client = new ManagementClient(managementUrl, withPassword(url, one));
    const isDone = client.ask('PUT', path, body).then(
      () => true,
      () => false,
    );
    if (await isDone) return true;
  }
  return false;
}

function credentialsOf(url: string) {
  const { username, password } = new URL(url);
  return { user: decodeURIComponent(username), password: decodeURIComponent(password) };
}

function withPassword(url: string, password: string): string {
  const other = new URL(url);
  other.password = password;
  return other.toString().replace(/\/$/, '');
}
