import * as fc from 'fast-check';

/** Texts that have broken programs before. */
export const HOSTILE_TEXTS: readonly string[] = [
  '',
  ' ',
  "'; DROP TABLE orders; --",
  "' OR '1'='1",
  '"; DELETE FROM products WHERE 1=1; --',
  '$$;SELECT pg_sleep(9)--',
  "\\'; SELECT 1; --",
  '%00',
  'a\u0000b',
  'a\r\nx-injected: 1',
  'line\n{"level":50,"msg":"forged"}',
  '\u001b[2J\u001b[31m',
  '\ud800',
  '\udfff\ud800',
  '\u202eevil',
  '\ufeff',
  '\u0085\u2028\u2029',
  '👩‍👩‍👧‍👦',
  'ﷺ'.repeat(30),
  'x'.repeat(100),
  'x'.repeat(101),
  'x'.repeat(300),
  '../../etc/passwd',
  '${jndi:ldap://127.0.0.1/a}',
  '{{7*7}}',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'true',
  'NaN',
  '1e3',
  '0x10',
  '-1',
  '29.990',
  '00000029.99',
  ' 29.99',
  '29.99\n',
  '٢٩.٩٩',
  '660facf7-b9cf-417a-8ee1-27afe2fb2c72',
  '660FACF7-B9CF-417A-8EE1-27AFE2FB2C72',
  '{660facf7-b9cf-417a-8ee1-27afe2fb2c72}',
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
];

const HOSTILE_NUMBERS: readonly number[] = [
  0,
  -0,
  1,
  -1,
  0.5,
  0.01,
  0.001,
  0.1 + 0.2,
  1e-7,
  1e21,
  1e308,
  5e-324,
  999,
  1000,
  1001,
  9_999_999.99,
  10_000_000,
  2 ** 31,
  2 ** 53,
  2 ** 53 + 2,
  2 ** 63,
  -(2 ** 63),
];

/** Names of members that a program may take for its own. */
export const HOSTILE_NAMES: readonly string[] = [
  ...Object.getOwnPropertyNames(Object.prototype),
  ...'prototype then toJSON length id saga data userId items orderId 0 a.b $where'.split(' '),
  'sagaId',
  'pattern',
  '',
];

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...HOSTILE_TEXTS),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ maxLength: 12 }),
);

export const hostileName: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...HOSTILE_NAMES) },
  { weight: 1, arbitrary: hostileText },
);

const leaf: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.constantFrom(...HOSTILE_NUMBERS),
  fc.constantFrom(null, true, false),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

/** Any JSON value, of the kinds that hurt. Members may be called `__proto__`. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: leaf },
  { weight: 2, arbitrary: fc.array(leaf, { maxLength: 4 }) },
  { weight: 3, arbitrary: fc.array(fc.tuple(hostileName, leaf), { maxLength: 4 }).map(objectOf) },
  { weight: 1, arbitrary: fc.constantFrom(29, 60, 300).chain((depth) => nest(depth)) },
  { weight: 1, arbitrary: fc.constantFrom([], {}, [[]], [{}], [null], { length: 3 }) },
);

/** Own members whatever they are called. */
export function objectOf(members: readonly (readonly [string, unknown])[]): object {
  return Object.fromEntries(members);
}

function nest(depth: number): fc.Arbitrary<unknown> {
  return fc.boolean().map((isList) => {
    let value: unknown = 1;
    for (let level = 0; level < depth; level += 1) value = isList ? [value] : { a: value };
    return value;
  });
}
