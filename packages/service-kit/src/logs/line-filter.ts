/** In the order of their weight. */
const LINE_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
type LineLevel = (typeof LINE_LEVELS)[number];

/** The members of a line by which it is found. */
const IDS = ['sagaId', 'orderId', 'requestId'] as const;

export interface LineFilter {
  /** What a line has, as its text has it. */
  readonly contains: readonly string[];
  /** This level, or a heavier one. */
  readonly level: LineLevel | undefined;
  /** In lower case. */
  readonly text: string | undefined;
}

/** What is asked for; undefined when a parameter cannot be read. Pure. */
export function lineFilter(query: Readonly<Record<string, unknown>>): LineFilter | undefined {
  const { level, q } = query;
  const contains: string[] = [];
  for (const name of IDS) {
    const id = query[name];
    if (id === undefined) continue;
    if (typeof id !== 'string') return undefined;
    contains.push(`"${name}":${JSON.stringify(id)}`);
  }
  const known = LINE_LEVELS.find((each) => each === level);
  if (level !== undefined && !known) return undefined;
  if (q !== undefined && typeof q !== 'string') return undefined;
  return { contains, level: known, text: q?.toLowerCase() };
}

/** Whether a line is asked for. Pure. */
export function lineMatcher({ contains, level, text }: LineFilter): (line: string) => boolean {
  const levels = level && LINE_LEVELS.slice(LINE_LEVELS.indexOf(level));
  const wanted = levels?.map((each) => `"level":"${each}"`);
  return (line) =>
    contains.every((needle) => line.includes(needle)) &&
    // The level is at the beginning of each line.
    (!wanted || wanted.some((each) => line.startsWith(each, 1))) &&
    (text === undefined || line.toLowerCase().includes(text));
}

/** The time of a line; undefined when it is no line of a logger. Pure. */
export function timeOfLine(line: string): string | undefined {
  return /"time":"([^"]+)"/.exec(line)?.[1];
}
