import type { ChaosKnob } from '../answers.js';

type Unit = ChaosKnob['unit'];

/** A value of a knob for people: "50 %", "250 ms". Pure. */
export function valueOf(unit: Unit, value: number): string {
  if (unit === 'ms') return `${Math.round(value)} ms`;
  const percent = value * 100;
  return `${Number.isInteger(percent) ? percent : percent.toFixed(1)} %`;
}

/** What was seen in the last minute, in a sentence. Pure. */
export function observedOf({ unit, observed }: Pick<ChaosKnob, 'unit' | 'observed'>): string {
  const { value, samples } = observed;
  if (value === null || samples === 0) return 'Nothing observed in the last minute';
  const of = unit === 'rate' ? `of ${samples}` : `on average, ${samples} times`;
  return `Observed ${valueOf(unit, value)} ${of}, in the last minute`;
}

/** How many instances apply what is set. Pure. */
export function appliedOf({ applied, value, configured }: ChaosKnob): string {
  const wanted = value ?? configured;
  const same = applied.filter((one) => one.value === wanted).length;
  return `${same} of ${applied.length} instances`;
}
