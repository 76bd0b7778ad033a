import {
  type Caller,
  INTROSPECT_PATH,
  readIntrospection,
  type Verification,
} from '@backstitch/auth';
import type { Logger } from '@backstitch/service-kit';
import type { IdentityRequests } from './identity-requests.client.js';

export interface IntrospectionOptions {
  requests: IdentityRequests;
  /** The `iss` of the tokens of identity-service. */
  issuer: string;
  timeoutMs: number;
  logger: Logger;
}

/**
 * Asks identity-service about one of its tokens, each time: for routes of operators and admins, for
 * which a second is too long. Without an answer, the token is not accepted.
 */
export class IntrospectionClient {
  constructor(private readonly options: IntrospectionOptions) {}

  /** A caller of another issuer is what its token says. */
  isFor({ issuer }: Caller): boolean {
    return issuer === this.options.issuer;
  }

  /** The caller of a verified token as it is now, without the roles it has lost. Never rejects. */
  async ask(token: string, caller: Caller): Promise<Verification> {
    const { requests, timeoutMs, logger } = this.options;
    try {
      const answer = readIntrospection(await requests.post(INTROSPECT_PATH, { token }, timeoutMs));
      if (!answer) throw new Error('introspection was answered by something else');
      if (!answer.active) return { kind: 'invalid', reason: 'not active' };
      const { roles: current = caller.roles } = answer;
      const roles = caller.roles.filter((role) => current.includes(role));
      return { kind: 'caller', caller: { ...caller, roles } };
    } catch (err) {
      const { url } = requests;
      logger.warn({ err, url }, 'a token could not be introspected: its request is refused');
      return { kind: 'unavailable' };
    }
  }
}
