import { describe, expect, it } from '@jest/globals';
import { ownPath } from './text-member.js';

describe('the page after a log-in', () => {
  it.each(['/cart', '/orders/1?saga=2', '/'])('is a path of this site: %s', (next) => {
    expect(ownPath(next)).toBe(next);
  });

  it.each([
    undefined,
    '',
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    'cart',
    '/\t/evil.example',
    '/\n\\evil.example',
    '\t//evil.example',
  ])('is the shop when the link says %j', (next) => {
    expect(ownPath(next)).toBe('/');
  });
});
