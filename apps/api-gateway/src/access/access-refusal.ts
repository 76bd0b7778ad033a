import type { AccessRefusal } from '@backstitch/auth';
import { Problem } from '@backstitch/service-kit';

const REALM = 'Bearer realm="backstitch"';

/** RFC 6750, 3, and RFC 9470 for the step-up. */
const CHALLENGES: Readonly<Record<AccessRefusal | 'TOKEN_INVALID', string>> = {
  TOKEN_REQUIRED: REALM,
  TOKEN_INVALID: `${REALM}, error="invalid_token"`,
  ACCESS_DENIED: `${REALM}, error="insufficient_scope"`,
  STEP_UP_REQUIRED: `${REALM}, error="insufficient_user_authentication", max_age=900`,
};

const DETAILS: Readonly<Record<AccessRefusal | 'TOKEN_INVALID', string>> = {
  TOKEN_REQUIRED:
    'Send an access token: "Authorization: Bearer <token>". POST /api/auth/login gives one to a ' +
    'user, and POST /api/auth/guest to a guest.',
  TOKEN_INVALID: 'The access token is not valid here, has expired or was revoked. Get a new one.',
  ACCESS_DENIED: 'The roles or scopes of this caller do not allow this.',
  STEP_UP_REQUIRED:
    'This needs a login with a one-time password in the last 15 minutes. Log in again.',
};

/** The answer to a request that may not be served. Pure. */
export function accessRefusal(code: AccessRefusal | 'TOKEN_INVALID'): Problem {
  return new Problem(code, DETAILS[code], { headers: { 'www-authenticate': CHALLENGES[code] } });
}

/** Nothing is known of the token, because no key of its issuer could be read yet. */
export function cannotVerify(): Problem {
  const detail = 'The access token cannot be verified at the moment. Send the request again.';
  return new Problem('UNAVAILABLE', detail, { headers: { 'retry-after': '5' }, quiet: true });
}

export function twoTokens(): Problem {
  return new Problem('MALFORMED_REQUEST', 'The request must have one Authorization header');
}
