/** rate: a share, from 0 to 1 · ms: milliseconds. */
export type ChaosUnit = 'rate' | 'ms';

/** A setting that operators change while the system runs, outside production. */
export interface ChaosKnob {
  readonly id: string;
  /** The app whose instances apply it. */
  readonly service: ChaosService;
  readonly unit: ChaosUnit;
  readonly min: number;
  readonly max: number;
  /** What an instance applies when its configuration does not say anything else. */
  readonly usual: number;
  /** What it does, for the documentation and for operators. */
  readonly effect: string;
}

export const CHAOS_SERVICES = ['order-service', 'inventory-service', 'payment-service'] as const;
export type ChaosService = (typeof CHAOS_SERVICES)[number];

const LATENCY_MS_MAX = 30_000;

const rate = (effect: string, usual = 0) =>
  ({ unit: 'rate', min: 0, max: 1, usual, effect }) as const;
const latency = (effect: string) =>
  ({ unit: 'ms', min: 0, max: LATENCY_MS_MAX, usual: 0, effect }) as const;

const bank = (name: string, terms: Omit<ChaosKnob, 'id' | 'service'>): ChaosKnob => ({
  id: `bank.${name}`,
  service: 'payment-service',
  ...terms,
});

const ofEveryService = (service: ChaosService): readonly ChaosKnob[] => [
  { id: `${service}.latencyMs`, service, ...latency('A command is served so much later') },
  {
    id: `${service}.faultRate`,
    service,
    ...rate('This share of the commands fails, and nothing is done'),
  },
  {
    id: `${service}.dropReplyRate`,
    service,
    ...rate('This share of the commands is done, and not answered'),
  },
];

/** Every knob, in the order in which they are shown. */
export const CHAOS_KNOBS: readonly ChaosKnob[] = [
  bank('declineRate', rate('The bank declines this share of the charges', 0.05)),
  bank('softDeclineRate', rate('The bank declines this share of the charges for the moment')),
  bank('latencyMs', latency('The bank takes so long to answer')),
  bank('errorRate', rate('The bank turns this share of the calls away')),
  bank('lostAnswerRate', rate('The bank does what this share of the calls asks for, unanswered')),
  {
    id: 'inventory-service.refusalRate',
    service: 'inventory-service',
    ...rate('This share of the new reservations is refused, as if too little were in stock'),
  },
  ...CHAOS_SERVICES.flatMap(ofEveryService),
];

/** A setting ends after so many seconds at most. */
export const CHAOS_SECONDS_MAX = 3_600;

const byId = new Map(CHAOS_KNOBS.map((knob) => [knob.id, knob]));

export function chaosKnob(id: string): ChaosKnob | undefined {
  return byId.get(id);
}

export function knobsOf(service: string): ChaosKnob[] {
  return CHAOS_KNOBS.filter((knob) => knob.service === service);
}

/** Why a knob cannot have this value, as the end of a sentence; undefined when it can. Pure. */
export function chaosValueProblem(knob: ChaosKnob, value: unknown): string | undefined {
  const { unit, min, max } = knob;
  const isInside = typeof value === 'number' && value >= min && value <= max;
  if (isInside && (unit === 'rate' || Number.isInteger(value))) return undefined;
  const what = unit === 'rate' ? 'a share' : 'a whole number of milliseconds';
  return `must be ${what} from ${min} to ${max}`;
}
