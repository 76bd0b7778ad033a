import { useSyncExternalStore } from 'react';

export type Theme = 'light' | 'dark';

const KEY = 'backstitch.theme';
const dark = () => matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();

/** What was chosen, else what the system prefers. */
function currentTheme(): Theme {
  const chosen = localStorage.getItem(KEY);
  if (chosen === 'light' || chosen === 'dark') return chosen;
  return dark().matches ? 'dark' : 'light';
}

export function applyTheme(): void {
  document.documentElement.dataset['theme'] = currentTheme();
  for (const listener of listeners) listener();
}

export function chooseTheme(theme: Theme): void {
  localStorage.setItem(KEY, theme);
  applyTheme();
}

export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, currentTheme);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  const preference = dark();
  preference.addEventListener('change', applyTheme);
  return () => {
    listeners.delete(listener);
    preference.removeEventListener('change', applyTheme);
  };
}
