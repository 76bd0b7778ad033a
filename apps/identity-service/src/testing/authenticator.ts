import { totpCode } from '../totp/totp.js';
import type { Identity, Session } from './identity.js';
import { PASSWORD } from './identity.js';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const STEP_MS = 30_000;

/** An authenticator app that was given a secret. */
export class Authenticator {
  private constructor(
    private readonly identity: Identity,
    private readonly secret: Buffer,
  ) {}

  /** Adds one to the account of a session. Its code of the present step is used then. */
  static async add(identity: Identity, { accessToken: token }: Session): Promise<Authenticator> {
    const body = { currentPassword: PASSWORD };
    const offer = await identity.ask('POST', '/api/me/totp', { token, body });
    const [, text = ''] = /secret=([A-Z2-7]+)/.exec(String(offer.body.uri)) ?? [];
    const bits = Array.from(text)
      .map((each) => BASE32.indexOf(each).toString(2).padStart(5, '0'))
      .join('');
    const secret = Buffer.from(bits.match(/.{8}/g)!.map((byte) => Number.parseInt(byte, 2)));
    const authenticator = new Authenticator(identity, secret);
    const confirm = { token, body: { code: authenticator.code() } };
    const { status, text: why } = await identity.ask('POST', '/api/me/totp/confirm', confirm);
    if (status !== 204) throw new Error(`authenticator: ${status} ${why}`);
    return authenticator;
  }

  /** The code of the present step, or of one so many steps later, by the clock of the app. */
  code(later = 0): string {
    const nowMs = Date.now() + this.identity.aheadMs;
    return totpCode(this.secret, Math.floor(nowMs / STEP_MS) + later);
  }

  /** A code that was not used yet: two steps pass. */
  freshCode(): string {
    this.identity.aheadMs += 2 * STEP_MS;
    return this.code();
  }
}

/** The access token of a new account with these roles that has just shown a second factor. */
export async function steppedUp(
  identity: Identity,
  roles: readonly string[],
): Promise<{ token: string; id: string; email: string }> {
  const email = await identity.signUp();
  const session = await identity.session(email);
  await identity.rows('UPDATE users SET roles = $2 WHERE email = $1', [email, roles]);
  const authenticator = await Authenticator.add(identity, session);
  const ask = { token: session.accessToken, body: { code: authenticator.freshCode() } };
  const { body, status } = await identity.ask('POST', '/api/me/step-up', ask);
  if (status !== 200) throw new Error(`step-up: ${status}`);
  const token = String(body.accessToken);
  return { token, id: String((await identity.me(token)).body.id), email };
}
