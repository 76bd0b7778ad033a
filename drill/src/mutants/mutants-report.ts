import { isKilled, type MutantOutcome, type Tried } from './run-mutants.js';

export interface MutantsResult {
  readonly untouched: readonly Tried[];
  readonly outcomes: readonly MutantOutcome[];
}

/** What is wrong, a line each; none means that every mutant is killed. */
export function mutantsProblems({ untouched, outcomes }: MutantsResult): string[] {
  const broken = untouched.filter(({ result }) => result.kind !== 'passed');
  return [
    ...broken.map(({ killer, result }) => {
      const why = result.kind === 'killed' ? result.by.join('; ') : whyOf(result);
      return `the untouched project does not pass ${killer.kind} ${killer.what}: ${why}`;
    }),
    ...outcomes.flatMap((outcome) => {
      const { name } = outcome.mutant;
      if (outcome.stale !== undefined) return [`${name}: ${outcome.stale}`];
      return isKilled(outcome) ? [] : [`${name}: no test kills it (${triedWords(outcome)})`];
    }),
  ];
}

/** The table of mutants, as Markdown. */
export function mutantsTable({ outcomes }: MutantsResult): string {
  const rows = outcomes.map((outcome) => {
    const killed = outcome.tried.flatMap(({ killer, result }) =>
      result.kind === 'killed' ? [`${killer.kind}: ${result.by[0]}`] : [],
    );
    const [first = 'NOTHING', ...others] = killed;
    const { name, protection } = outcome.mutant;
    return `| ${[name, protection, first, others.join('<br>') || '–'].map(cell).join(' | ')} |`;
  });
  return [
    '| mutant | protection taken out | killed by | and by |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function triedWords({ tried }: MutantOutcome): string {
  const words = tried.map(({ killer, result }) => {
    const verdict = result.kind === 'no verdict' ? `no verdict, ${whyOf(result)}` : 'passes';
    return `${killer.kind} ${killer.what}: ${verdict}`;
  });
  return words.join('; ') || 'nothing was run';
}

function whyOf(result: Tried['result']): string {
  return result.kind === 'no verdict' ? result.why : result.kind;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
