import { isCaught, type ControlOutcome, type Tried } from './run-controls.js';

export interface ControlsResult {
  readonly untouched: readonly Tried[];
  readonly outcomes: readonly ControlOutcome[];
}

/** What is wrong, a line each; none means that every protection is missed when it is gone. */
export function controlsProblems({ untouched, outcomes }: ControlsResult): string[] {
  const broken = untouched.filter(({ result }) => result.kind !== 'passed');
  return [
    ...broken.map(({ catcher, result }) => {
      const why = result.kind === 'caught' ? result.by.join('; ') : whyOf(result);
      return `the untouched project does not pass ${catcher.kind} ${catcher.what}: ${why}`;
    }),
    ...outcomes.flatMap((outcome) => {
      const { name } = outcome.control;
      if (outcome.stale !== undefined) return [`${name}: ${outcome.stale}`];
      return isCaught(outcome) ? [] : [`${name}: nobody misses it (${triedWords(outcome)})`];
    }),
  ];
}

/** The table of controls, as Markdown. */
export function controlsTable({ outcomes }: ControlsResult): string {
  const rows = outcomes.map((outcome) => {
    const caught = outcome.tried.flatMap(({ catcher, result }) =>
      result.kind === 'caught' ? [`${catcher.kind}: ${result.by[0]}`] : [],
    );
    const [first = 'NOBODY', ...others] = caught;
    const { name, protection } = outcome.control;
    return `| ${[name, protection, first, others.join('<br>') || '–'].map(cell).join(' | ')} |`;
  });
  return [
    '| control | protection taken out | caught by | and by |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function triedWords({ tried }: ControlOutcome): string {
  const words = tried.map(({ catcher, result }) => {
    const verdict = result.kind === 'no verdict' ? `no verdict, ${whyOf(result)}` : 'passes';
    return `${catcher.kind} ${catcher.what}: ${verdict}`;
  });
  return words.join('; ') || 'nothing was run';
}

function whyOf(result: Tried['result']): string {
  return result.kind === 'no verdict' ? result.why : result.kind;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
