import { describe, expect, it } from '@jest/globals';
import { wellFormed } from './well-formed.js';

describe('wellFormed', () => {
  it('has nothing against an element', () => {
    expect(wellFormed('<a b="c &amp; d"><e/>text &lt; more</a>\n')).toEqual([]);
  });

  it.each(['<a>', '<a></b>', '<a>b & c</a>', '<a b="<"></a>', '<a>1 < 2</a>', '<a b=c></a>'])(
    'finds fault with %s',
    (xml) => {
      expect(wellFormed(xml)).not.toEqual([]);
    },
  );
});
