/** The pages that `g` and a letter lead to. */
export const GOALS = {
  s: ['/', 'Shop'],
  c: ['/cart', 'Cart'],
  o: ['/orders', 'Orders'],
  p: ['/seller/products', 'Your products'],
  h: ['/ops', 'Operations'],
  a: ['/ops/sagas', 'Sagas'],
  d: ['/ops/dead-letters', 'Dead letters'],
  x: ['/ops/chaos', 'Chaos'],
} as const;

export type Goal = (typeof GOALS)[keyof typeof GOALS][0];

export type Shortcut =
  | { kind: 'search' | 'help' | 'leave' | 'await-letter' }
  | { kind: 'row'; by: 1 | -1 }
  | { kind: 'go'; to: Goal };

/** What a key means, if anything. `isAfterG`: it follows on `g`. Pure. */
export function shortcutOf(key: string, isAfterG: boolean): Shortcut | undefined {
  if (isAfterG) {
    const goal = Object.hasOwn(GOALS, key) ? GOALS[key as keyof typeof GOALS] : undefined;
    return goal && { kind: 'go', to: goal[0] };
  }
  switch (key) {
    case '/':
      return { kind: 'search' };
    case '?':
      return { kind: 'help' };
    case 'Escape':
      return { kind: 'leave' };
    case 'g':
      return { kind: 'await-letter' };
    case 'j':
      return { kind: 'row', by: 1 };
    case 'k':
      return { kind: 'row', by: -1 };
    default:
      return undefined;
  }
}
