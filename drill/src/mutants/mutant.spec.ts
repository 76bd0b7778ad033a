import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { edited } from './edited.js';
import { testPattern } from './killers.js';
import { mutantFrom, readMutants } from './mutant.js';
import { mutantsOptions } from './options.js';
import { shippedSources } from './sources.js';

const PROJECT = join(import.meta.dirname, '../../..');
const mutants = readMutants(join(PROJECT, 'drill/mutants'));

const HEADER = `Protection: the guard
Rule: R1
Killed by: pure saga-engine:transition
Killed by: simulation checkout
`;
const EDIT = `
=== packages/saga-engine, instead of
  if (a)
    b();
=== stands
  b();
`;

describe('a mutant', () => {
  it('says what it takes out, by which rule, and what should fail, the best first', () => {
    const text = { insteadOf: '  if (a)\n    b();', stands: '  b();' };
    const edit = { workspace: 'packages/saga-engine', ...text };
    expect(mutantFrom(HEADER + EDIT + EDIT, '01-guard')).toEqual({
      name: '01-guard',
      protection: 'the guard',
      rule: 'R1',
      killers: [
        { kind: 'simulation', what: 'checkout' },
        { kind: 'pure', what: 'saga-engine:transition' },
      ],
      edits: [edit, edit],
    });
  });

  it.each([
    ['no rule', HEADER.replace(/Rule.*\n/, '') + EDIT, 'Rule: …'],
    ['no edit', HEADER, 'no edit'],
    ['half an edit', HEADER + EDIT.replace('=== stands', ''), 'an edit is'],
    ['a killer of no kind', HEADER.replace('simulation', 'hope') + EDIT, 'hope checkout'],
  ])('with %s is refused', (_what, text, says) => {
    expect(() => mutantFrom(text, '01-guard')).toThrow(says);
  });
});

describe('an edit', () => {
  const edit = { workspace: 'packages/x', insteadOf: 'if (a) b();', stands: 'b();' };
  const file = (path: string, text: string) => ({ path, text });

  it('finds its place whatever the file is called and however the lines are broken', () => {
    const files = [file('one.ts', 'c();\n'), file('two.ts', 'c();\nif (a)\n    b();\nd();\n')];
    expect(edited(files, edit)).toEqual(file('two.ts', 'c();\nb();\nd();\n'));
  });

  it('is refused when its place is gone, or is not the only one', () => {
    expect(() => edited([file('one.ts', 'b();')], edit)).toThrow('nowhere');
    const twice = [file('one.ts', 'if (a) b();'), file('two.ts', 'if (a) b();')];
    expect(() => edited(twice, edit)).toThrow('one.ts and two.ts');
  });
});

describe('every file of drill/mutants', () => {
  it.each(mutants.map((one) => [one.name, one] as const))('%s fits the source', (_name, one) => {
    for (const edit of one.edits) edited(shippedSources(PROJECT, edit.workspace), edit);
  });

  it('names a rule of the protocol, and every marked rule has one', () => {
    const protocol = readFileSync(join(PROJECT, 'docs/protocol.md'), 'utf8');
    const rules = [...protocol.matchAll(/^\| (R\d+)( ★)? \|/gm)];
    const [all, marked] = [rules, rules.filter(([, , star]) => star !== undefined)];
    const named = new Set(mutants.map(({ rule }) => rule));
    expect([...named].filter((rule) => !all.some(([, id]) => id === rule))).toEqual([]);
    expect(marked.map(([, id]) => id).filter((id) => !named.has(id!))).toEqual([]);
  });

  it('names tests that there are', () => {
    const named = mutants
      .flatMap(({ killers }) => killers)
      .filter(({ kind, what }) => kind !== 'drill' && what !== 'checkout')
      .flatMap(({ what }) => what.split(' | ')[0]!.split(' '));
    const specs = ['apps', 'packages'].flatMap((folder) =>
      readdirSync(join(PROJECT, folder)).flatMap((name) => specsIn(join(folder, name, 'src'))),
    );
    specs.push(...specsIn('tools/src'));
    const isThere = (files: string) =>
      specs.some((path) => new RegExp(testPattern(files)).test(path));
    expect([...new Set(named)].filter((files) => !isThere(files))).toEqual([]);
  });
});

function specsIn(folder: string): string[] {
  const names = readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.spec.ts')).map((name) => join('/', folder, name));
}

describe('pnpm mutants', () => {
  const named = (...words: string[]) => {
    const { mutants: chosen, kinds } = mutantsOptions(words, mutants);
    return { names: chosen.map(({ name }) => name), kinds: [...kinds].sort() };
  };

  it('tries all of them with everything but drills, unless told otherwise', () => {
    expect(named().names).toEqual(mutants.map(({ name }) => name));
    expect(named().kinds).toEqual(['integration', 'pure', 'simulation', 'sweep']);
    expect(named('--drill').kinds).toContain('drill');
  });

  it('takes the beginning of a name, and knows which are quick', () => {
    expect(named('13-').names).toEqual(['13-unknown-is-undone-too']);
    expect(named('--quick').kinds).toEqual(['pure', 'simulation', 'sweep']);
    expect(named('--quick').names).not.toContain('01-version-guard');
  });

  it('tries every quick mutant in exactly one of the parts', () => {
    const parts = [1, 2, 3, 4, 5, 6].map((nth) => named('--quick', '--part', `${nth}/6`).names);
    expect(parts.flat().sort()).toEqual(named('--quick').names);
    const sizes = parts.map(({ length }) => length);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  });

  it.each(['0/6', '7/6', '1/0', '6', '1/x'])('refuses the part %s', (text) => {
    const write = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(() => named('--part', text)).toThrow('k/n');
    write.mockRestore();
  });

  it('stops at the first test that kills a mutant with --quick and --until-killed only', () => {
    const stops = (...words: string[]) => mutantsOptions(words, mutants).stopWhenKilled;
    expect([stops(), stops('--quick'), stops('--until-killed')]).toEqual([false, true, true]);
  });
});
