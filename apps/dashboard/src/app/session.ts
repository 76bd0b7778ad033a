import { useQuery } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { api, type Schemas, session } from './api.js';

export type Profile = Schemas['ProfileAnswer'];
export type SessionState = 'starting' | 'guest' | 'user';

/**
 * Whether this browser has a session: a script cannot see the cookie, and a question without one
 * would be an error on the console of every guest.
 */
const KEY = 'backstitch.session';
const listeners = new Set<() => void>();
let state: SessionState = 'starting';

function become(next: SessionState): void {
  if (next === 'user') localStorage.setItem(KEY, 'yes');
  else localStorage.removeItem(KEY);
  state = next;
  for (const listener of listeners) listener();
}

/** Once, when the page starts. Follows what other tabs do from then on. */
export function restoreSession(): void {
  session.onChange((token) => {
    if (token !== undefined) return become('user');
    // The page starts again, so that nothing of the account stays in it.
    localStorage.removeItem(KEY);
    location.replace('/');
  });
  window.addEventListener('storage', ({ key, newValue }) => {
    if (key !== KEY) return;
    if (newValue === null) session.forget();
    else if (state !== 'user') void restore();
  });
  if (localStorage.getItem(KEY) === null) become('guest');
  else void restore();
}

async function restore(): Promise<void> {
  try {
    if ((await session.restore()) === undefined) become('guest');
  } catch {
    // Out of reach: the cookie may still be good, and the next question restores the session.
    become('guest');
    localStorage.setItem(KEY, 'yes');
  }
}

export function useSessionState(): SessionState {
  return useSyncExternalStore(subscribe, () => state);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The account of the session as it is read. */
export function useAccount() {
  const current = useSessionState();
  return useQuery({
    queryKey: ['me'],
    queryFn: async () => (await api.GET('/api/me')).data!,
    enabled: current === 'user',
    staleTime: 60_000,
  });
}

/** The account of the session; undefined for a guest, and until it is known. */
export function useProfile(): Profile | undefined {
  const { data } = useAccount();
  return useSessionState() === 'user' ? data : undefined;
}

export function mayShop({ roles }: Pick<Profile, 'roles'>): boolean {
  return roles.some((role) => role === 'customer' || role === 'seller');
}
