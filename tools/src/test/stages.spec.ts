import { describe, expect, it, jest } from '@jest/globals';
import { chosenStages, MUTANT_PARTS, partOf, type Stage } from './stages.js';

const COMMIT = '00000003c0ffee';
const names = (stages: readonly Stage[]): string[] => stages.map(({ name }) => name);
const commandOf = (name: string, ...words: string[]): string => {
  const [stage] = chosenStages([name, ...words], COMMIT);
  return stage!.kind === 'jest' ? '' : stage!.command.slice(1).join(' ');
};

describe('the stages of npm test', () => {
  it('are all of them unless some are named', () => {
    expect(names(chosenStages([], COMMIT))).toEqual(
      ['format', 'lint', 'types', 'imports', 'dead-code', 'pure', 'integration', 'e2e'].concat(
        ['load', 'simulation', 'mutants', 'drill'], // the last three at a fraction
      ),
    );
    expect(names(chosenStages(['--', 'pure', 'lint'], COMMIT))).toEqual(['lint', 'pure']);
  });

  it('that do not exist are told with those that do', () => {
    const write = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(() => chosenStages(['lnt'], COMMIT)).toThrow('"lnt" is not a stage of this run');
    expect(write.mock.calls.join()).toContain('lint, types');
    write.mockRestore();
  });
});

describe('a stage that runs beside another one', () => {
  const beside = (...words: string[]) =>
    chosenStages(words, COMMIT).filter((stage) => 'isBeside' in stage && stage.isBeside);

  it('is not the last one, and needs no servers', () => {
    expect(names(beside())).toEqual(['mutants']);
    expect(chosenStages([], COMMIT).at(-1)).not.toHaveProperty('isBeside');
    expect(beside()).toEqual([expect.objectContaining({ needsServers: false })]);
  });

  it('is none of npm run proof', () => expect(beside('--whole')).toEqual([]));
});

describe('the stages of npm run proof', () => {
  it('are whole what npm test runs in part, and the clusters', () => {
    const whole = names(chosenStages(['--whole'], COMMIT));
    expect(whole).toEqual(['simulation', 'mutants', 'drill', 'cluster']);
    expect(names(chosenStages(['--whole', 'drill'], COMMIT))).toEqual(['drill']);
  });

  it.each([
    ['simulation', '--runs 10000', '--runs 100000'],
    ['drill', '--minutes 1', '--minutes 5'],
    ['mutants', '--quick --part 4/6', '--until-killed'],
  ])('differ in %s by what they are told only', (name, part, whole) => {
    expect(commandOf(name)).toMatch(new RegExp(`${part}$`));
    expect(commandOf(name, '--whole')).toMatch(new RegExp(`${whole}$`));
  });
});

describe('the part of the mutants that a commit draws', () => {
  it('is the same for the same commit, and every part has its turn', () => {
    const drawn = Array.from({ length: 12 }, (_, n) => partOf(`0000000${n.toString(16)}ab`));
    expect(new Set(drawn)).toEqual(new Set(Array.from({ length: MUTANT_PARTS }, (_, n) => n + 1)));
    expect(partOf(COMMIT)).toBe(4);
  });

  it('is the first where there is no commit', () => expect(partOf('')).toBe(1));
});
