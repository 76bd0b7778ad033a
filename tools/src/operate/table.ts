/** Rows under their heads, each column as wide as its widest cell; the last one is not padded. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [heads, ...rows];
  const widths = heads.map((_, at) => Math.max(...all.map((row) => (row[at] ?? '').length)));
  return all.map((row) =>
    row
      .map((cell, at) => (at === heads.length - 1 ? cell : cell.padEnd(widths[at]!)))
      .join('  ')
      .trimEnd(),
  );
}

/** Names with their values, one on each line; unknown values are omitted. */
export function facts(pairs: readonly (readonly [string, unknown])[]): string[] {
  const known = pairs.filter(([, value]) => value !== null && value !== undefined);
  const width = Math.max(0, ...known.map(([name]) => name.length));
  return known.map(([name, value]) => `${name.padEnd(width)}  ${said(value)}`);
}

function said(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * What came from outside, safe to print: a terminal obeys some characters. Lines stay lines.
 */
export function printable(text: string): string {
  return text.replace(/[^\P{C}\n\t]/gu, '\uFFFD');
}
