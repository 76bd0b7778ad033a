import { describe, expect, it } from '@jest/globals';
import { etagOf, isKnown } from './if-none-match.js';

const ETAG = etagOf(Buffer.from('[]'));

describe('an entity tag', () => {
  it('is equal for equal bytes, and different for different bytes', () => {
    expect(ETAG).toMatch(/^"[\w-]{43}"$/);
    expect(etagOf(Buffer.from('[]'))).toBe(ETAG);
    expect(etagOf(Buffer.from('[ ]'))).not.toBe(ETAG);
  });

  it.each([ETAG, `W/${ETAG}`, `"a", ${ETAG}`, `"a,b",W/"c",W/${ETAG}`, '*', ' * '])(
    'is known to a caller who sends If-None-Match: %s',
    (header) => expect(isKnown(ETAG, header)).toBe(true),
  );

  it.each([undefined, '', '"a"', ETAG.slice(1, -1), 'W/*', `"x${ETAG.slice(1)}`])(
    'is not known to one who sends %s',
    (header) => expect(isKnown(ETAG, header)).toBe(false),
  );
});
