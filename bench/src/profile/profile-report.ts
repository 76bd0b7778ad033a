import { figure, table } from '../report/table.js';
import type { Cost, ProfileSummary } from './cpu-profile.js';
import type { StatementCost } from './statements.js';

export interface ProfiledProcess {
  name: string;
  summary: ProfileSummary;
}

const PACKAGES = 8;
const FUNCTIONS = 12;

/** Where the CPU of each process went, in milliseconds per checkout. */
export function profileReport(
  processes: readonly ProfiledProcess[],
  statements: readonly StatementCost[],
  completed: number,
): string {
  const costs = (title: string, all: readonly Cost[], most: number) =>
    table([
      [`  ${title}`, 'ms per checkout'],
      ...all.slice(0, most).map(({ where, ms }) => [`    ${where}`, figure(ms / completed)]),
    ]);
  const sections = processes.flatMap(({ name, summary }) => [
    `${name}: ${figure(summary.busyMs / completed)} ms per checkout`,
    costs('packages, with what Node.js does for them', summary.packages, PACKAGES),
    costs('functions, their own time', summary.functions, FUNCTIONS),
    costs("this project's functions, with all they call", summary.withCallees, FUNCTIONS),
  ]);
  return [
    ...sections,
    ...(statements.length > 0 ? [statementTable(statements, completed)] : []),
  ].join('\n\n');
}

function statementTable(statements: readonly StatementCost[], completed: number): string {
  const rows = statements.map(({ database, calls, ms, rows: touched, text }) => [
    database,
    figure(ms / completed),
    figure(calls / completed),
    figure(touched / calls),
    // Text is no figure: it starts where its column starts.
    text.padEnd(90),
  ]);
  const title = 'PostgreSQL, time inside statements';
  const head = [title, 'ms per checkout', 'calls per checkout', 'rows per call', ''];
  return table([head, ...rows]);
}
