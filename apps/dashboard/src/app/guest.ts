const TOKEN = 'backstitch.guest-token';

interface KeptToken {
  accessToken: string;
  endsAtMs: number;
}

/**
 * The token of this browser's guest, where guests need one. All tabs have the same: an order belongs
 * to one guest, and so does its key.
 */
export function guestToken(): Promise<string | undefined> {
  return navigator.locks.request(TOKEN, async () => kept() ?? (await newToken()));
}

function kept(): string | undefined {
  const token = JSON.parse(localStorage.getItem(TOKEN) ?? 'null') as KeptToken | null;
  return token && Date.now() < token.endsAtMs ? token.accessToken : undefined;
}

/** Before it ends, so that no request is sent with a token that ends on the way. */
const MARGIN_S = 30;

async function newToken(): Promise<string | undefined> {
  const answer = await fetch('/api/auth/guest', { method: 'POST' }).catch(() => undefined);
  if (!answer?.ok) return undefined;
  const { accessToken, expiresIn } = (await answer.json()) as {
    accessToken: string;
    expiresIn: number;
  };
  const token: KeptToken = { accessToken, endsAtMs: Date.now() + (expiresIn - MARGIN_S) * 1000 };
  localStorage.setItem(TOKEN, JSON.stringify(token));
  return accessToken;
}
