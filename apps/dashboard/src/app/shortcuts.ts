import { useEffect, useRef } from 'react';
import { type Goal, type Shortcut, shortcutOf } from './shortcut.js';

const KEY = 'backstitch.single-keys';

export function areShortcutsOn(): boolean {
  return localStorage.getItem(KEY) !== 'off';
}

/** Speech input and some keyboards press single keys by mistake, so they can be switched off. */
export function switchShortcuts(isOn: boolean): void {
  if (isOn) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, 'off');
}

interface Uses {
  go: (to: Goal) => void;
  help: () => void;
}

/** Listens to single keys wherever nothing is typed and no dialog is open. */
export function useShortcuts(uses: Uses): void {
  const latest = useRef(uses);
  useEffect(() => {
    latest.current = uses;
  });
  useEffect(() => {
    let isAfterG = false;
    const onKey = (event: KeyboardEvent) => {
      const shortcut = meantBy(event, isAfterG);
      isAfterG = shortcut?.kind === 'await-letter';
      if (!shortcut) return;
      if (shortcut.kind !== 'leave') event.preventDefault();
      if (shortcut.kind === 'go') latest.current.go(shortcut.to);
      else if (shortcut.kind === 'help') latest.current.help();
      else moveFocus(shortcut);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

function meantBy(event: KeyboardEvent, isAfterG: boolean): Shortcut | undefined {
  const { key, ctrlKey, metaKey, altKey, target, defaultPrevented } = event;
  if (defaultPrevented || ctrlKey || metaKey || altKey || !areShortcutsOn()) return undefined;
  if (document.querySelector('[role="dialog"]')) return undefined;
  const isTyping = target instanceof Element && target.matches('input, textarea, select');
  return isTyping && key !== 'Escape' ? undefined : shortcutOf(key, isAfterG);
}

function moveFocus(shortcut: Shortcut): void {
  const focused = document.activeElement;
  if (shortcut.kind === 'search') {
    document.querySelector<HTMLInputElement>('input[type="search"]')?.focus();
  } else if (shortcut.kind === 'leave') {
    if (focused instanceof HTMLElement) focused.blur();
  } else if (shortcut.kind === 'row') {
    const rows = [...document.querySelectorAll<HTMLElement>('[data-row]')];
    const index = rows.indexOf(focused as HTMLElement) + shortcut.by;
    rows[Math.min(Math.max(index, 0), rows.length - 1)]?.focus();
  }
}
