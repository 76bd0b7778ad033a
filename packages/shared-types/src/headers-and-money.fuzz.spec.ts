import { describe, expect, it } from '@jest/globals';
import { fuzz, hostileText } from '@backstitch/testkit/fuzz';
import * as fc from 'fast-check';
import { formatIdempotencyKey, parseIdempotencyKey } from './idempotency-key.js';
import { fromMinor, toMinor } from './money.js';
import { prefersAsync } from './prefer.js';

const amounts = fc.oneof(
  fc.stringMatching(/^[0-9]{0,13}[.]?[0-9]{0,3}0{0,4}$/),
  fc.stringMatching(/^[-+0-9.,eE x]{0,8}$/),
  fc.double().map(String),
  hostileText,
);

/** Digits only, with integer arithmetic. */
function modelOfMinor(text: string, digits: number): number | undefined {
  const parts = text.split('.');
  if (parts.length > 2 || parts.some((part) => !/^[0-9]+$/.test(part))) return undefined;
  const [whole = '', fraction = ''] = parts;
  if (whole.length > 12) return undefined;
  const parts10 = 10n ** BigInt(fraction.length);
  const scaled = (BigInt(whole) * parts10 + BigInt(fraction || '0')) * 10n ** BigInt(digits);
  return scaled % parts10 === 0n ? Number(scaled / parts10) : undefined;
}

describe('an amount of any spelling', () => {
  it('is its exact minor units, or undefined', async () => {
    const tally = await fuzz('amounts', 40_000, fc.tuple(amounts, fc.nat(2)), ([text, digits]) => {
      const minor = toMinor(text, digits);
      if (minor !== modelOfMinor(text, digits)) throw new Error(`${text} is not ${minor}`);
      if (minor === undefined) return 'none';
      expect(toMinor(fromMinor(minor, digits), digits)).toBe(minor);
      return 'amount';
    });
    expect(Object.keys(tally).sort()).toEqual(['amount', 'none']);
  }, 600_000);
});

describe('an Idempotency-Key of any spelling', () => {
  const headers = fc.oneof(
    hostileText,
    fc.string({ maxLength: 300 }),
    fc.string({ maxLength: 20 }).map((text) => `"${text}"`),
    fc.stringMatching(/^"?[ -~]{0,6}"?[;=a"\\ ]{0,6}$/),
    fc.constantFrom(
      'k'.repeat(255),
      'k'.repeat(256),
      `"${'k'.repeat(255)}"`,
      `"${'\\"'.repeat(255)}"`,
    ),
  );

  it('is the same key in every spelling, or refused, and never throws', async () => {
    const tally = await fuzz('keys', 25_000, headers, (header) => {
      const key = parseIdempotencyKey(header);
      if (key === undefined) {
        const bare = header.trim();
        const isPlain = /^[\x20-\x7e]{1,255}$/.test(bare) && !bare.startsWith('"');
        if (isPlain) throw new Error('refused');
        return 'refused';
      }
      expect(/^[\x20-\x7e]{1,255}$/.test(key)).toBe(true);
      expect(parseIdempotencyKey(formatIdempotencyKey(key))).toBe(key);
      return 'key';
    });
    expect(Object.keys(tally).sort()).toEqual(['key', 'refused']);
  }, 600_000);
});

describe('a Prefer header of any spelling', () => {
  const parts = fc.constantFrom(
    'respond-async',
    'RESPOND-ASYNC',
    'wait=5',
    'a="b, c"',
    '"',
    ';',
    '=',
  );
  const more = fc.constantFrom(
    ',',
    ', ',
    ';',
    ' ',
    '=',
    '\\',
    'respond-asynch',
    'a="respond-async"',
  );
  const headers = fc.array(fc.oneof(parts, more, hostileText), { maxLength: 8 });

  it('is respond-async if and only if an unquoted preference says so', async () => {
    const tally = await fuzz('preferences', 25_000, headers, (words) => {
      const header = words.join('');
      const prefers = prefersAsync(header);
      const isSaid = header.toLowerCase().includes('respond-async');
      if (prefers && !isSaid) throw new Error('no preference says so');
      return String(prefers);
    });
    expect(Object.keys(tally).sort()).toEqual(['false', 'true']);
  }, 600_000);
});
