import { type LocalIssuer, startIssuer } from '@backstitch/testkit';
import { afterAll, beforeAll } from '@jest/globals';
import type { System } from './system.js';

export interface Account {
  /** As the apps write it down. */
  callerId: string;
  /** Sends a request to the gateway with the access token of the account. */
  send: (method: string, path: string, body?: object) => Promise<AccountAnswer>;
}

interface AccountAnswer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

/** An issuer of access tokens beside a system. Call it before withSystem, which starts later. */
export function withIssuer() {
  let issuer: LocalIssuer;
  beforeAll(async () => {
    issuer = await startIssuer();
  });
  afterAll(() => issuer.close());
  return {
    appEnv: {
      /** Read when the system starts. */
      get 'api-gateway'() {
        return { ISSUERS: issuer.url, ROLES_CLAIM: 'roles' };
      },
    },
    async account(system: System, sub: string, roles: readonly string[]): Promise<Account> {
      const token = await issuer.token({ claims: { sub, roles } });
      const send = async (method: string, path: string, body?: object) => {
        const response = await fetch(`${system.gatewayUrl}/api${path}`, {
          method,
          headers: {
            authorization: `Bearer ${token}`,
            ...(body && { 'content-type': 'application/json' }),
          },
          ...(body && { body: JSON.stringify(body) }),
        });
        const text = await response.text();
        const read = (text === '' ? {} : JSON.parse(text)) as AccountAnswer['body'];
        return { status: response.status, headers: response.headers, body: read };
      };
      return { callerId: `u:${issuer.url}:${sub}`, send };
    },
  };
}
