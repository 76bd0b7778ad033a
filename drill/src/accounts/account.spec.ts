import { describe, expect, it } from '@jest/globals';
import { Account, machineRenewal, userRenewal } from './account.js';
import { AccountsClient, AccountsRefused, type Login, type Tokens } from './accounts-client.js';

const LOGIN: Login = { email: 'ann@drill.example', password: 'p' };

/** identity-service as a user sees it: each refresh token works once. */
class FakeAccounts extends AccountsClient {
  isAway = false;
  readonly asked: string[] = [];
  private generation = 0;

  constructor() {
    super('http://127.0.0.1:1');
  }

  override logIn(): Promise<Tokens> {
    return this.next('login');
  }

  override refresh(refreshToken: string): Promise<Tokens> {
    return this.next(`refresh ${refreshToken}`);
  }

  private async next(asked: string): Promise<Tokens> {
    this.asked.push(asked);
    if (this.isAway) throw new AccountsRefused(503, '/api/auth/refresh', 'UNAVAILABLE');
    if (asked === 'refresh revoked') throw new AccountsRefused(401, '/api/auth/refresh', '');
    this.generation += 1;
    const { generation } = this;
    return { token: `token ${generation}`, expiresIn: 600, refreshToken: `r${generation}` };
  }
}

describe('an account', () => {
  const client = new FakeAccounts();
  const ann = new Account('user', 'ann', userRenewal(client, LOGIN));

  it('logs in for its first token, and refreshes it when it is due, long before it expires', async () => {
    expect(ann.isDue(0)).toBe(true);
    await ann.renew(0);
    expect(ann.token).toBe('token 1');
    expect([ann.isDue(59_000), ann.isDue(91_000)]).toEqual([false, true]);
    expect([ann.isValidFor(120_000, 470_000), ann.isValidFor(120_000, 490_000)]).toEqual([
      true,
      false,
    ]);
    await ann.renew(91_000);
    expect(ann.token).toBe('token 2');
    expect(client.asked).toEqual(['login', 'refresh r1']);
  });

  it('keeps its token while identity-service is away, and tries the same refresh again', async () => {
    client.isAway = true;
    await expect(ann.renew(200_000)).rejects.toThrow('503');
    expect(ann.token).toBe('token 2');
    expect(ann.isDue(200_000)).toBe(true);
    client.isAway = false;
    await ann.renew(201_000);
    expect(client.asked.slice(2)).toEqual(['refresh r2', 'refresh r2']);
  });

  it('logs in again when its session is gone', async () => {
    const asked: string[] = [];
    const renew = userRenewal(
      Object.assign(new FakeAccounts(), {
        logIn: async () => {
          asked.push('login');
          return { token: 't', expiresIn: 600, refreshToken: 'revoked' };
        },
      }),
      LOGIN,
    );
    await renew();
    await expect(renew()).rejects.toThrow('401');
    await renew();
    expect(asked).toEqual(['login', 'login']);
  });

  it('is named as every app names it', () => {
    expect(ann.callerId).toBe('u:http://localhost:3006:ann');
    const machine = { clientId: 'till', secret: 's' };
    const till = new Account('machine', 'till', machineRenewal(client, machine));
    expect(till.callerId).toBe('m:http://localhost:3006:till');
  });
});
