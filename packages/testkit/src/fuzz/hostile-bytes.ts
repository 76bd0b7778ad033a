import * as fc from 'fast-check';

interface Damage {
  kind: 'none' | 'cut' | 'flip' | 'insert' | 'double';
  at: number;
  byte: number;
}

const UNDAMAGED = { kind: 'none', at: 0, byte: 0 } as const;
const harm: fc.Arbitrary<Damage> = fc.record({
  kind: fc.constantFrom(...(['cut', 'flip', 'insert', 'double'] as const)),
  at: fc.nat(5_000),
  byte: fc.constantFrom(0, 0x0a, 0x0d, 0x22, 0x5c, 0x7b, 0x5b, 0x7f, 0x80, 0xc3, 0xed, 0xff),
});

const damage = fc.oneof(
  { weight: 9, arbitrary: fc.constant(UNDAMAGED) },
  { weight: 1, arbitrary: harm },
);

/** A value as JSON, now and then with a byte that is wrong, too much or missing. */
export function asBytes(values: fc.Arbitrary<unknown>): fc.Arbitrary<Buffer> {
  const texts = fc.tuple(values, fc.constantFrom(undefined, undefined, 1, '\t'), damage);
  return texts.map(([value, blanks, done]) => {
    const text = JSON.stringify(value, undefined, blanks) ?? '';
    return damaged(Buffer.from(text), done);
  });
}

function damaged(bytes: Buffer, { kind, at, byte }: Damage): Buffer {
  const place = bytes.length === 0 ? 0 : at % bytes.length;
  const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)];
  switch (kind) {
    case 'cut':
      return before;
    case 'flip':
      return Buffer.concat([before, Buffer.from([byte]), after.subarray(1)]);
    case 'insert':
      return Buffer.concat([before, Buffer.from([byte]), after]);
    case 'double':
      return Buffer.concat([bytes, bytes]);
    default:
      return bytes;
  }
}
