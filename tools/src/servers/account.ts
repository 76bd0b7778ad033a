import { existsSync, readFileSync } from 'node:fs';

/** The account a server runs under when it must not run as root. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
}

/** The server's own account, another server's, or the one that owns nothing. */
const CANDIDATES = {
  PostgreSQL: ['postgres', 'nobody'],
  RabbitMQ: ['rabbitmq', 'postgres', 'nobody'],
} as const;

/** No server runs as root; undefined when we are not root: then it runs as ourselves. */
function accountFor(
  server: keyof typeof CANDIDATES,
  passwd = readPasswd(),
  uid = process.getuid?.(),
): Account | undefined {
  if (uid !== 0) return undefined;
  const names = CANDIDATES[server];
  for (const name of names) {
    const line = passwd.split('\n').find((one) => one.startsWith(`${name}:`));
    const [, , accountUid, accountGid] = line?.split(':') ?? [];
    if (!accountUid || !accountGid || Number(accountUid) === 0) continue;
    return { name, uid: Number(accountUid), gid: Number(accountGid) };
  }
  throw new Error(
    `${server} must not run as root, and this machine has no user ${names.join(' or ')}. ` +
      'Run the command as an ordinary user.',
  );
}

export function accountForPostgres(passwd?: string, uid?: number): Account | undefined {
  return accountFor('PostgreSQL', passwd, uid);
}

export function accountForRabbit(passwd?: string, uid?: number): Account | undefined {
  return accountFor('RabbitMQ', passwd, uid);
}

function readPasswd(): string {
  return existsSync('/etc/passwd') ? readFileSync('/etc/passwd', 'utf8') : '';
}
