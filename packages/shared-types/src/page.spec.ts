import { describe, expect, it } from '@jest/globals';
import { cursorOf, pageOf, positionOf } from './page.js';

describe('a cursor', () => {
  it.each([[['Mouse', 'id']], [['', '"\\ \u00e9 \u{1f600}']], [['1']]])(
    'of %j names the position it was made of',
    (position) => {
      const cursor = cursorOf('products', position);
      expect(cursor).toMatch(/^[\w-]+$/);
      expect(positionOf('products', cursor, position.length)).toEqual(position);
    },
  );

  it('is invalid for another list, and for a position with another number of parts', () => {
    const cursor = cursorOf('products', ['a', 'b']);
    expect(positionOf('sagas', cursor, 2)).toBeUndefined();
    expect(positionOf('products', cursor, 1)).toBeUndefined();
    expect(positionOf('products', cursor, 3)).toBeUndefined();
  });

  it.each([
    ['nothing', ''],
    ['no base64url', '%%%'],
    ['no JSON', Buffer.from('products').toString('base64url')],
    ['no list', Buffer.from('{"0":"products"}').toString('base64url')],
    ['a number in it', Buffer.from('["products",7]').toString('base64url')],
    ['padding', `${cursorOf('products', ['a'])}=`],
    ['something behind it', `${cursorOf('products', ['a'])}%00`],
    ['spaces', Buffer.from('[ "products","a"]').toString('base64url')],
    ['a NUL in it', cursorOf('products', ['a\0'])],
    ['very long', cursorOf('products', ['x'.repeat(10_000)])],
  ])('that is %s is invalid', (_, cursor) => {
    expect(positionOf('products', cursor, 1)).toBeUndefined();
  });
});

describe('a page', () => {
  const cursor = (last: number) => `after ${last}`;

  it('has a next page if and only if one more entry was read', () => {
    expect(pageOf([1, 2, 3], 2, cursor)).toEqual({ entries: [1, 2], next: 'after 2' });
    expect(pageOf([1, 2], 2, cursor)).toEqual({ entries: [1, 2], next: undefined });
    expect(pageOf([], 2, cursor)).toEqual({ entries: [], next: undefined });
  });
});
