import type { FailureCase } from './every-failure.js';

const KINDS = { do: 'a step', undo: 'an undo', wait: 'a wait' } as const;

/**
 * The cases as a text that a person can approve: the trace of a saga without failures, the one
 * in which all is undone, and what each kind of failure changes in it. Commands that a kind changes
 * alike share a paragraph, and so do kinds that change all commands alike. Nothing is left out: a
 * trace that cannot be described by its differences is printed completely.
 */
export function failureReport(cases: readonly FailureCase[]): string {
  const usual = new Map(cases.map((one) => [one.usual.join('\n'), one.usual]));
  const stories = [...usual.values()].map((trace, nth) => {
    const title = nth === 0 ? 'nothing fails' : 'all is undone, and no undo fails';
    return [title, ...trace.map((line) => `  ${line.trimEnd()}`)].join('\n');
  });
  const kinds = groupedBy(
    cases.filter(({ broken }) => broken !== undefined),
    ({ broken }) => `${KINDS[broken!.direction]} ${broken!.failure}`,
  );
  const paragraphs = groupedBy([...kinds], ([, alike]) => told(alike));
  const changes = [...paragraphs].map(([text, named]) =>
    [...named.map(([kind]) => kind), text].join('\n'),
  );
  return `${[...stories, ...changes].join('\n\n')}\n`;
}

/** What one kind of failure changes, command by command. */
function told(cases: readonly FailureCase[]): string {
  const groups = groupedBy(cases, (one) =>
    [` -> ${one.end}`, ...differences(one).map((line) => `    ${line}`)].join('\n'),
  );
  return [...groups]
    .map(([text, alike]) => `  ${alike.map(({ broken }) => broken!.command).join(', ')}${text}`)
    .join('\n');
}

interface Line {
  readonly name: string;
  readonly what: string;
}

function differences({ broken, usual, trace, problems }: FailureCase): string[] {
  const [before, after] = [usual.map(parsed), trace.map(parsed)];
  const found = new Map(after.map((line) => [line.name, line]));
  const isUsual = ({ name }: Line): boolean => before.some((line) => line.name === name);
  const kept = before.flatMap(({ name }) => found.get(name) ?? []);
  const added = after.filter((line) => !isUsual(line));
  const whole = [...kept, ...added].map(text).join('\n');
  const breaches = problems.map((problem) => `! ${problem}`);
  if (whole !== after.map(text).join('\n')) return [...after.map(text), ...breaches];
  const usually = new Map(before.map(({ name, what }) => [name, what]));
  const changed = kept.filter(({ name, what }) => usually.get(name) !== what);
  const missing = before.flatMap(({ name }) => (found.has(name) ? [] : [name]));
  return [
    ...changed.map((line) => (line.name === broken?.command ? `it: ${line.what}` : text(line))),
    ...(missing.length > 0 ? [`without ${missing.join(', ')}`] : []),
    ...alikeInARow(added).map(({ names, what }) => `then ${names.join(', ')}: ${what}`),
    ...breaches,
  ];
}

function alikeInARow(lines: readonly Line[]): { names: string[]; what: string }[] {
  const rows: { names: string[]; what: string }[] = [];
  for (const { name, what } of lines) {
    const last = rows.at(-1);
    if (last?.what === what) last.names.push(name);
    else rows.push({ names: [name], what });
  }
  return rows;
}

function groupedBy<One>(all: readonly One[], keyOf: (one: One) => string): Map<string, One[]> {
  const groups = new Map<string, One[]>();
  for (const one of all) {
    const key = keyOf(one);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return groups;
}

function parsed(line: string): Line {
  const [, name = '', what = ''] = /^(\S+)\s+(.*?)\s*$/.exec(line) ?? [];
  return { name, what };
}

function text({ name, what }: Line): string {
  return `${name}: ${what}`;
}
