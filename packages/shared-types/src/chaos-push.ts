/** How often an orchestrator pushes the settings to each instance. */
export const CHAOS_PUSH_EVERY_MS = 2_000;
/** An instance that gets no push for so long applies its configured values again. */
export const CHAOS_LIVE_MS = 6_000;

/** What an orchestrator sends to each instance, by `PUT /chaos` on METRICS_PORT. */
export interface ChaosPush {
  /** When the settings were read, by the clock of the database. */
  readAtMs: number;
  /** Every setting that is valid, also those of other services. */
  settings: { id: string; value: number; msLeft: number }[];
}

/** What an instance answers: what it applies now, and what it did in the last minute. */
export interface ChaosApplied {
  service: string;
  instanceId: string;
  knobs: ChaosAppliedKnob[];
}

export interface ChaosAppliedKnob {
  id: string;
  value: number;
  configured: number;
  /** rate: how often it was asked · ms: how often something was delayed. */
  samples: number;
  /** rate: how often it was a hit · ms: all delays together. */
  total: number;
}

/** The push that a body holds; undefined when it holds none. Pure. */
export function chaosPushFrom(body: unknown): ChaosPush | undefined {
  const { readAtMs, settings } = (body ?? {}) as Partial<ChaosPush>;
  if (typeof readAtMs !== 'number' || !Array.isArray(settings)) return undefined;
  return settings.every(isSetting) ? { readAtMs, settings } : undefined;
}

/** The answer that a body holds; undefined when it holds none. Pure. */
export function chaosAppliedFrom(body: unknown): ChaosApplied | undefined {
  const { service, instanceId, knobs } = (body ?? {}) as Partial<ChaosApplied>;
  if (typeof service !== 'string' || typeof instanceId !== 'string') return undefined;
  return Array.isArray(knobs) && knobs.every(isApplied)
    ? { service, instanceId, knobs }
    : undefined;
}

function isApplied(one: unknown): boolean {
  const { id, value, configured, samples, total } = (one ?? {}) as Partial<ChaosAppliedKnob>;
  const numbers = [value, configured, samples, total];
  return typeof id === 'string' && numbers.every((each) => typeof each === 'number');
}

function isSetting(one: unknown): boolean {
  const { id, value, msLeft } = (one ?? {}) as Partial<ChaosPush['settings'][number]>;
  return typeof id === 'string' && typeof value === 'number' && typeof msLeft === 'number';
}

/** The answer of GET /chaos. */
export interface ChaosView {
  knobs: ChaosKnobView[];
  /** Instances that did not answer: they apply their configured values after a few seconds. */
  silent: { url: string; why: string }[];
}

/** The answer of PUT /chaos/:knob. */
export interface ChaosSet {
  outcome: 'done';
  actionId: string;
  knob: ChaosKnobView;
  silent: ChaosView['silent'];
}

/** The answer of DELETE /chaos: which knobs were set. */
export interface ChaosEnded {
  outcome: 'done';
  actionId: string;
  ended: string[];
  silent: ChaosView['silent'];
}

export interface ChaosKnobView {
  id: string;
  service: string;
  unit: 'rate' | 'ms';
  min: number;
  max: number;
  effect: string;
  /** What is set; null when nothing is. */
  value: number | null;
  /** What instances apply when nothing is set. */
  configured: number;
  until: string | null;
  setBy: string | null;
  reason: string | null;
  applied: { instanceId: string; value: number }[];
  /** Of the last minute, over all instances: the share of hits, or the mean delay. */
  observed: { value: number | null; samples: number };
}
