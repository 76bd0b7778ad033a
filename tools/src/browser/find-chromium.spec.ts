import { describe, expect, it } from '@jest/globals';
import { installedChromium } from './find-chromium.js';

describe('the browser of the tests', () => {
  it('is the one that CHROMIUM names', () => {
    expect(installedChromium(process.execPath)).toBe(process.execPath);
  });

  it('that CHROMIUM names and that does not exist is an error which names it', () => {
    expect(() => installedChromium('/no/browser')).toThrow('CHROMIUM names /no/browser');
  });
});
