import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { controlFrom, readControls } from './control.js';
import { controlsOptions } from './options.js';

const PROJECT = join(import.meta.dirname, '../../..');
const controls = readControls(join(PROJECT, 'drill/controls'));

const HEADER = `Protection: the guard
Rule: nothing is written
  that does not follow
Catcher: pure packages/saga-engine/src/transition
Catcher: simulation checkout
`;
const DIFF = `
--- a/packages/saga-engine/src/core/transition-builder.ts
+++ b/packages/saga-engine/src/core/transition-builder.ts
@@ -1 +1 @@
-a
+b
`;

describe('a control', () => {
  it('says what it takes out, by which rule, and who should miss it, the best first', () => {
    expect(controlFrom(HEADER + DIFF, '01-guard', 'x.patch')).toEqual({
      name: '01-guard',
      file: 'x.patch',
      protection: 'the guard',
      rule: 'nothing is written that does not follow',
      catchers: [
        { kind: 'simulation', what: 'checkout' },
        { kind: 'pure', what: 'packages/saga-engine/src/transition' },
      ],
      rooms: ['packages/saga-engine'],
    });
  });

  it.each([
    ['no rule', HEADER.replace(/Rule.*\n.*\n/, '') + DIFF, 'Rule: …'],
    ['no diff', HEADER, 'no diff'],
    ['a catcher of no kind', HEADER.replace('simulation', 'hope') + DIFF, 'hope checkout'],
  ])('with %s is refused', (_what, text, says) => {
    expect(() => controlFrom(text, '01-guard', 'x.patch')).toThrow(says);
  });
});

describe('every patch of drill/controls', () => {
  it.each(controls.map((one) => [one.name, one] as const))('%s fits the source', (_name, one) => {
    const words = ['apply', '--check', one.file];
    expect(() => execFileSync('git', words, { cwd: PROJECT, stdio: 'pipe' })).not.toThrow();
  });

  it('names tests that there are', () => {
    const paths = controls
      .flatMap(({ catchers }) => catchers)
      .filter(({ kind, what }) => kind !== 'drill' && what !== 'checkout')
      .flatMap(({ what }) => what.split(' | ')[0]!.split(' '));
    const exists = (path: string) =>
      ['', '.ts', '.spec.ts', '.integration.spec.ts', '.properties.spec.ts'].some((end) =>
        existsSync(join(PROJECT, path + end)),
      );
    expect([...new Set(paths)].filter((path) => !exists(path))).toEqual([]);
  });
});

describe('pnpm controls', () => {
  const named = (...words: string[]) => {
    const { controls: chosen, kinds } = controlsOptions(words, controls);
    return { names: chosen.map(({ name }) => name), kinds: [...kinds].sort() };
  };

  it('tries all of them with everything but drills, unless told otherwise', () => {
    expect(named().names).toEqual(controls.map(({ name }) => name));
    expect(named().kinds).toEqual(['integration', 'pure', 'simulation', 'sweep']);
    expect(named('--drill').kinds).toContain('drill');
  });

  it('takes the beginning of a name, and knows which are quick', () => {
    expect(named('13').names).toEqual(['13-unknown-is-undone-too']);
    expect(named('--quick').kinds).toEqual(['pure', 'simulation', 'sweep']);
    expect(named('--quick').names).not.toContain('01-version-guard');
  });
});
