/** One line of an app in the common stream; on a terminal a JSON line becomes one for people. */
export function streamLine(app: string, line: string, forPeople: boolean): string {
  return `${app.padEnd(17)} | ${forPeople ? readable(line) : line}`;
}

const TOLD_OTHERWISE = new Set('level time app msg pid hostname instance version'.split(' '));

function readable(line: string): string {
  const entry = parseObject(line);
  if (!entry || typeof entry.msg !== 'string') return line;
  const time = String(entry.time).slice(11, 19);
  const level = String(entry.level).toUpperCase().padEnd(5);
  const rest = Object.entries(entry)
    .filter(([name]) => !TOLD_OTHERWISE.has(name))
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return [time, level, entry.msg, ...rest].join(' ');
}

function parseObject(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
