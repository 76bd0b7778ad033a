import { DEVELOPMENT_ISSUER } from '@backstitch/shared-types';
import type { System } from './system.js';

/** An account, logged in. */
export interface Account {
  id: string;
  /** The id of its caller. */
  caller: string;
  email: string;
  headers: { authorization: string };
  refreshToken: string;
}

export const PASSWORD = 'seven green umbrellas';
let accounts = 0;

/** Signs up an account through the gateway, gives it the roles, and logs it in. */
export async function newAccount(
  system: System,
  { roles = ['customer'], name = 'Ann' }: { roles?: readonly string[]; name?: string } = {},
): Promise<Account> {
  const email = `account-${process.pid}-${(accounts += 1)}@shop.example`;
  const ask = async (path: string, body: object): Promise<Record<string, string>> => {
    const answer = await fetch(`${system.gatewayUrl}/api/auth/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Record<string, string>;
  };
  await ask('signup', { email, password: PASSWORD, name });
  const sql = 'UPDATE users SET roles = $2 WHERE email = $1 RETURNING id';
  const [user] = await system.rows<{ id: string }>('identity', sql, [email, roles]);
  const { accessToken, refreshToken } = await ask('login', { email, password: PASSWORD });
  return {
    id: user!.id,
    caller: `u:${DEVELOPMENT_ISSUER}:${user!.id}`,
    email,
    headers: { authorization: `Bearer ${accessToken}` },
    refreshToken: refreshToken!,
  };
}
