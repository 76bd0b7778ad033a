import { Gauge, register } from 'prom-client';

/** What a gauge says now: a number for each value of its label. */
export type LabelledNumbers = Readonly<Record<string, number>>;

/**
 * A number that is read at each scrape. While it is not known the series is absent: a number that
 * was not measured must not look like a measured one.
 */
export function exposeKnownGauge(name: string, help: string, read: () => number | undefined): void {
  const gauge = new Gauge({
    name,
    help,
    registers: [],
    collect() {
      const value = read();
      if (value === undefined) this.remove();
      else this.set(value);
    },
  });
  register.registerMetric(gauge);
}

/** The same with one label; the values of the label are few, and known beforehand. */
export function exposeLabelledGauge(
  name: string,
  help: string,
  label: string,
  read: () => LabelledNumbers | undefined,
): void {
  exposeSamples(name, help, [label], () =>
    Object.entries(read() ?? {}).map(([value, number]) => [{ [label]: value }, number] as const),
  );
}

/** One series: a value for each label, and its number. */
export type Sample = readonly [labels: Readonly<Record<string, string>>, number: number];

/** The same with several labels. No sample: no series. */
export function exposeSamples(
  name: string,
  help: string,
  labelNames: string[],
  read: () => readonly Sample[],
): void {
  const gauge = new Gauge({
    name,
    help,
    labelNames,
    registers: [],
    collect() {
      this.reset();
      for (const [labels, number] of read()) this.set({ ...labels }, number);
    },
  });
  register.registerMetric(gauge);
}
