import { describe, expect, it } from '@jest/globals';
import { shortcutOf } from './shortcut.js';

describe('a single key', () => {
  it.each([
    ['/', { kind: 'search' }],
    ['?', { kind: 'help' }],
    ['Escape', { kind: 'leave' }],
    ['g', { kind: 'await-letter' }],
    ['j', { kind: 'row', by: 1 }],
    ['k', { kind: 'row', by: -1 }],
    ['s', undefined],
    ['Enter', undefined],
  ])('%s alone means %j', (key, shortcut) => {
    expect(shortcutOf(key, false)).toEqual(shortcut);
  });

  it.each([
    ['s', { kind: 'go', to: '/' }],
    ['a', { kind: 'go', to: '/ops/sagas' }],
    ['g', undefined],
    ['constructor', undefined],
  ])('%s after g means %j', (key, shortcut) => {
    expect(shortcutOf(key, true)).toEqual(shortcut);
  });
});
