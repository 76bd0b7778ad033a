import type { FaultSummary, Report } from './report-data.js';

const BREACHES_SHOWN_MAX = 50;
const EXPLAINED =
  'Work in flight: all sagas or requests that the fault affected. Not served for: the longest time ' +
  'after the fault without an answer of 200 or 402 to a new request. Served again after: from the ' +
  'end of the fault (processes started again) until new requests were served continuously; the ' +
  'slowest.';

/** The report as Markdown, which reads well on a terminal too. Pure. */
export function markdown(report: Report): string {
  const { seed, command, startedAt, seconds, circumstances, clients, accounts, sagas } = report;
  const { reconciled, breaches, notInjected, faults } = report;
  const { commit, node, postgres, rabbitmq, machine, system } = circumstances;
  const { intents, requests, yes, no, goingOn, refused, unknown } = clients;
  const verdict = verdictLine(report);
  return [
    `# Drill, seed ${seed}: ${verdict}`,
    '',
    `- \`${command}\`, ${startedAt}, ${Math.round(seconds)} s of load`,
    `- project ${commit}, Node.js ${node}, PostgreSQL ${postgres}, RabbitMQ ${rabbitmq}`,
    `- ${machine}`,
    `- ${system}`,
    '',
    '## Answers to clients',
    '',
    ...table(
      ['shoppers', 'requests', 'accepted', 'rejected', 'in progress', 'refused', 'unknown'],
      [[intents, requests, yes, no, goingOn, refused, unknown]],
    ),
    '',
    `${clients.replayed} of the accepted requests repeated an earlier answer. ${clients.askedAgain} shoppers without a final answer sent their request again after the load had ended. An accepted checkout took ${clients.yesP50Ms} ms (median), ${clients.yesP99Ms} ms (99th percentile), faults included.`,
    '',
    `The shoppers were ${accounts.users} users, ${accounts.machines} machines and ${accounts.guests} guests with access tokens. ${accounts.renewed} tokens were renewed; ${accounts.notRenewed} attempts failed and were repeated.`,
    '',
    '## Sagas in the databases',
    '',
    ...table(
      ['sagas accepted', 'completed', 'compensated', 'unfinished'],
      [[sagas.accepted, sagas.completed, sagas.compensated, sagas.unfinished]],
    ),
    '',
    `Reconciled: ${reconciled.judged} finished sagas checked, ${reconciled.breaches} breaches of the invariants.`,
    '',
    '## Faults',
    '',
    ...table(
      ['fault', 'times', 'work in flight', 'not served for', 'served again after'],
      faults.map(faultRow),
    ),
    ...(notInjected.length > 0
      ? ['', `Not injected, because the time was over: ${notInjected.join(', ')}.`]
      : []),
    '',
    EXPLAINED,
    ...logLines(report),
    '',
    '## Verdict',
    '',
    `${capital(verdict)}.`,
    ...breachLines(breaches),
    '',
  ].join('\n');
}

export function verdictLine({ breaches }: Pick<Report, 'breaches'>): string {
  if (breaches.length === 0) return 'nothing was lost';
  return `${breaches.length} ${breaches.length === 1 ? 'breach' : 'breaches'}`;
}

function faultRow({
  name,
  times,
  inFlight,
  missed,
  recoveredAfterMs,
  unservedMs,
}: FaultSummary): (string | number)[] {
  const recovery = recoveredAfterMs === null ? 'not seen' : seconds(recoveredAfterMs);
  const some = missed > 0 ? `${inFlight} (${missed} of ${times} hit nothing)` : inFlight;
  const evidence = inFlight === 0 ? '0 (no evidence)' : some;
  return [name, times, evidence, seconds(unservedMs), recovery];
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function logLines({ logErrors, deadLetters }: Report): string[] {
  return [
    ...counted('Errors in the logs', 'what', logErrors),
    ...counted('Dead letters', 'queue', deadLetters),
  ];
}

function counted(title: string, of: string, counts: Record<string, number>): string[] {
  const most = Object.entries(counts).sort(([, one], [, other]) => other - one);
  if (most.length === 0) return [];
  return [
    '',
    `## ${title}`,
    '',
    ...table(
      ['times', of],
      most.map(([what, times]) => [times, what]),
    ),
  ];
}

function breachLines(breaches: readonly string[][]): string[] {
  if (breaches.length === 0) return [];
  const shown = breaches.slice(0, BREACHES_SHOWN_MAX);
  const more = breaches.length - shown.length;
  return ['', '```text', ...shown.flat(), '```', ...(more > 0 ? ['', `And ${more} more.`] : [])];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** With columns of one width, so that it is a table on a terminal as well. */
function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  const all = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [first = [], ...others] = all;
  return [
    line(first),
    `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`,
    ...others.map(line),
  ];
}
