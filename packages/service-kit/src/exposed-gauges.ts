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
  const gauge = new Gauge({
    name,
    help,
    labelNames: [label],
    registers: [],
    collect() {
      this.reset();
      for (const [value, number] of Object.entries(read() ?? {})) {
        this.set({ [label]: value }, number);
      }
    },
  });
  register.registerMetric(gauge);
}
