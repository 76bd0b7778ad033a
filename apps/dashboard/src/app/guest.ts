const ID = 'backstitch.guest';
const TOKEN = 'backstitch.guest-token';

/** Names this browser where guests need no token. */
export function guestId(): string {
  const known = localStorage.getItem(ID);
  if (known !== null) return known;
  const id = `guest-${crypto.randomUUID()}`;
  localStorage.setItem(ID, id);
  return id;
}

interface KeptToken {
  accessToken: string;
  endsAtMs: number;
}

/** The token of this tab's guest. It outlives a reload, because an order is read with the same one. */
export async function guestToken(): Promise<string | undefined> {
  const kept = JSON.parse(sessionStorage.getItem(TOKEN) ?? 'null') as KeptToken | null;
  if (kept && Date.now() < kept.endsAtMs) return kept.accessToken;
  const answer = await fetch('/api/auth/guest', { method: 'POST' }).catch(() => undefined);
  if (!answer?.ok) return undefined;
  const { accessToken, expiresIn } = (await answer.json()) as {
    accessToken: string;
    expiresIn: number;
  };
  const token: KeptToken = { accessToken, endsAtMs: Date.now() + (expiresIn - 30) * 1000 };
  sessionStorage.setItem(TOKEN, JSON.stringify(token));
  return accessToken;
}
