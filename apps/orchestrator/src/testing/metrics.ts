import type { AppProcess } from '@backstitch/testkit';

/** The series of a process as /metrics shows them: `name{label="value"}` and its number. */
export async function metricsOf({ metricsUrl }: AppProcess): Promise<Map<string, number>> {
  return seriesOf(await (await fetch(`${metricsUrl}/metrics`)).text());
}

/** Without the label `app`, which every series has. */
export function seriesOf(text: string): Map<string, number> {
  const series = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, name, value] = /^([^#].*) (\S+)$/.exec(line) ?? [];
    if (name === undefined) continue;
    series.set(name.replace(/,?app="[^"]*"/, '').replace('{}', ''), Number(value));
  }
  return series;
}
