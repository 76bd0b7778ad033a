import { describe, expect, it } from '@jest/globals';
import { nodeIsTooOld } from '../bootstrap/node-version.mjs';

describe('the bootstrap', () => {
  it.each(['20.19.0', '20.20.2', '22.12.0', '23.0.0', '24.21.0', '100.0.0'])(
    'runs on Node.js %s',
    (version) => {
      expect(nodeIsTooOld(version)).toBeUndefined();
    },
  );

  it.each(['18.20.4', '20.18.9', '21.7.3', '22.11.0'])('refuses Node.js %s in words', (version) => {
    expect(nodeIsTooOld(version)).toMatch(
      new RegExp(`needs Node.js 20.19[^]*${version}[^]*nodejs.org`),
    );
  });
});
