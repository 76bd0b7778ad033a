import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

export interface LogFindings {
  /** Lines that tell of a bug, a few of each app. */
  bugs: { instance: string; line: string }[];
  /** Lines of level error, by what they say. */
  errors: Record<string, number>;
}

/** What the apps log when something happens that they were not made for. */
const BUG = /\ba bug\b|an unforeseen reason|an uncaught error|cannot be encoded|listener threw/;
const BUGS_KEPT_MAX = 50;
const LINE_KEPT_MAX = 2_000;

/** Reads what the apps logged in all their lives, a line at a time. */
export async function readAppLogs(
  apps: readonly { name: string; logFile: string }[],
): Promise<LogFindings> {
  const findings: LogFindings = { bugs: [], errors: {} };
  for (const { name, logFile } of apps) {
    const input = createReadStream(logFile, 'utf8');
    for await (const line of createInterface({ input })) classify(line, name, findings);
  }
  return findings;
}

export function classify(line: string, instance: string, findings: LogFindings): void {
  const { level, msg } = entryOf(line);
  if (level === undefined) return;
  if (level !== 'unreadable' && level !== 'error' && level !== 'fatal') return;
  findings.errors[msg] = (findings.errors[msg] ?? 0) + 1;
  if (level === 'error' && !BUG.test(msg)) return;
  if (findings.bugs.length < BUGS_KEPT_MAX) {
    findings.bugs.push({ instance, line: line.slice(0, LINE_KEPT_MAX) });
  }
}

/** What is no log entry was printed by Node.js itself; where that is an error, the app died of it. */
function entryOf(line: string): { level?: string; msg: string } {
  if (!line.startsWith('{')) {
    const isError = /^\s*(Uncaught |\w*Error\b|FATAL ERROR)/.test(line);
    return isError ? { level: 'unreadable', msg: 'printed by Node.js, not logged' } : { msg: '' };
  }
  try {
    const { level, msg } = JSON.parse(line) as { level?: unknown; msg?: unknown };
    return {
      ...(typeof level === 'string' && { level }),
      msg: typeof msg === 'string' ? msg : '',
    };
  } catch {
    return { msg: '' }; // cut short by a kill -9
  }
}
