import type { BadgeTone } from '../../parts/badge.js';

const CLASSES: Readonly<Record<string, BadgeTone>> = {
  obsolete: 'idle',
  replayable: 'done',
  poison: 'refused',
  'unknown shape': 'refused',
  unclear: 'doubt',
};

export const CLASS_CHOICES: readonly (readonly [string, string])[] = [
  ['', 'All'],
  ...Object.keys(CLASSES).map((name) => [name, name] as const),
];

export function toneOf(className: string): BadgeTone {
  return CLASSES[className] ?? 'idle';
}

/** The first letter in upper case, for a word of the API that stands alone. */
export function titled(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
