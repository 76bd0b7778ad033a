import { describe, expect, it } from '@jest/globals';
import { prefersAsync } from './prefer.js';

describe('Prefer', () => {
  it.each([
    ['respond-async', true],
    ['Respond-Async', true],
    ['wait=5, respond-async', true],
    ['respond-async; foo=1 , wait=5', true],
    ['wait="1, 2", respond-async', true],
    ['foo="a, respond-async"', false],
    ['foo="\\", respond-async"', false],
    ['wait=5', false],
    ['respond-asynchronously', false],
    ['', false],
    [undefined, false],
  ])('%p means respond-async: %p', (header, expected) => {
    expect(prefersAsync(header)).toBe(expected);
  });
});
