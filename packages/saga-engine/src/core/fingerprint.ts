import { placeOf } from './define.js';
import type {
  PlannedCommand,
  PlannedStep,
  PlannedWait,
  SagaDefinition,
  WaitOutcome,
} from './define.js';

/** What is recorded of a definition that sagas may have been started with. */
export interface RecordedDefinition {
  readonly name: string;
  readonly version: number;
  readonly fingerprint: string;
}

/**
 * What a running saga relies on of a step. Names: the row and the log use them. Queues and
 * patterns: a command that is sent again must reach the same participant. Rejections, pivot, undo,
 * and where a wait leads: they decide how the saga goes on. Whether it keeps anything: later
 * commands are made from that. Timeouts, attempts and the reason of a noUndo may change at any time.
 * The text of functions is not compared, because every compiler writes it differently.
 */
type StepShape = { readonly name: string } & Readonly<Partial<Record<Part, string>>>;

type Part = 'do' | 'undo' | 'rejections' | 'waits' | 'pivot' | 'keep' | 'ends';

/** A step as it is recorded. */
export interface RecordedStep {
  readonly name: string;
  /** The name of its own undo. */
  readonly undo: string | undefined;
  /** The pivot or a step behind it. */
  readonly pastPivot: boolean;
  /** The steps, other than the next one, that a wait may lead to; absent when there are none. */
  readonly leadsTo?: readonly string[];
}

const AT_OR_BEHIND = 'at or behind it';

const WHAT: Readonly<Record<Part, string>> = {
  do: 'its command',
  undo: 'its undo',
  rejections: 'its rejections',
  waits: 'what it waits for',
  pivot: 'its place about the pivot',
  keep: 'what it keeps',
  ends: 'what ends the saga',
};

/** What `leadsTo` writes of a goto. */
const LEADS_TO = / to ([A-Z][A-Z0-9_]*)/g;

/** No step is called so: it stands for the signals that end a saga. */
const ENDED_BY = 'endedBy';

/** The same for two definitions with which a saga ends in the same way; JSON that a person can read. */
export function fingerprintOf(definition: SagaDefinition): string {
  const shapes = definition.steps.map(shapeOf);
  // In the order of the definition: each goes to its place, and those before it are in theirs.
  for (const wait of definition.waits.values()) shapes.splice(wait.place, 0, waitShapeOf(wait));
  if (definition.endedBy.size > 0) shapes.push({ name: ENDED_BY, ends: endingsOf(definition) });
  return JSON.stringify(shapes);
}

export function recordOf(definition: SagaDefinition): RecordedDefinition {
  const { name, version } = definition;
  return { name, version, fingerprint: fingerprintOf(definition) };
}

/** The steps of a fingerprint in their order; undefined when it cannot be read. */
export function recordedSteps(fingerprint: string): readonly RecordedStep[] | undefined {
  const steps = shapesOf(fingerprint)?.filter(({ name }) => name !== ENDED_BY);
  return steps?.map(({ name, undo = '', pivot, waits = '' }) => {
    const leadsTo = [...waits.matchAll(LEADS_TO)].map(([, target]) => target!);
    return {
      name,
      undo: /^([A-Z][A-Z0-9_]*) \(/.exec(undo)?.[1],
      pastPivot: pivot === AT_OR_BEHIND,
      ...(leadsTo.length > 0 && { leadsTo: [...new Set(leadsTo)] }),
    };
  });
}

/** In which steps two fingerprints differ, each as a sentence; empty when they are the same. */
export function differencesOf(known: string, now: string): string[] {
  if (known === now) return [];
  const [before, after] = [shapesOf(known), shapesOf(now)];
  if (!before) return ['its recorded fingerprint cannot be read'];
  const told: string[] = [];
  for (const step of before) {
    const next = after!.find(({ name }) => name === step.name);
    if (!next) told.push(`${titleOf(step)} is gone`);
    else told.push(...changesOf(step, next));
  }
  const isKnown = ({ name }: StepShape) => before.some((step) => step.name === name);
  for (const step of after!) if (!isKnown(step)) told.push(`${titleOf(step)} is new`);
  return told.length > 0 ? told : [`the order was ${orderOf(before)} and is ${orderOf(after!)}`];
}

function changesOf(before: StepShape, after: StepShape): string[] {
  const parts = Object.keys(WHAT) as Part[];
  const told = (text = 'nothing') => text;
  return parts
    .filter((part) => before[part] !== after[part])
    .map(
      (part) =>
        `${before.name}: ${WHAT[part]} was ${told(before[part])} and is ${told(after[part])}`,
    );
}

function titleOf({ name }: StepShape): string {
  return name === ENDED_BY ? ENDED_BY : `the step ${name}`;
}

function shapeOf(step: PlannedStep): StepShape {
  return {
    name: step.name,
    do: toldOf(step.do),
    undo: undoToldOf(step),
    rejections: [...step.rejections].sort().join(', ') || 'none',
    pivot: step.pastPivot ? AT_OR_BEHIND : 'before it',
    keep: step.keep ? 'something' : 'nothing',
  };
}

function waitShapeOf({ name, signals, onTimeout, pastPivot }: PlannedWait): StepShape {
  const named = [...signals.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const waits = named.map(
    (signal) => `${signal.name}${signal.isKept ? ' (kept)' : ''} ${leadsTo(signal.to)}`,
  );
  const taken = named.filter((signal) => signal.take).map((signal) => signal.name);
  return {
    name,
    waits: [...waits, `timeout ${leadsTo(onTimeout)}`].join(', '),
    pivot: pastPivot ? AT_OR_BEHIND : 'before it',
    keep: taken.length > 0 ? `something of ${taken.join(', ')}` : 'nothing',
  };
}

function leadsTo(outcome: WaitOutcome): string {
  if (outcome === 'next') return 'to the next step';
  return 'goto' in outcome ? `to ${outcome.goto}` : `to undo with ${outcome.undo}`;
}

function endingsOf(definition: SagaDefinition): string {
  const { steps, waits, endedBy } = definition;
  const names = new Map([...waits.values()].map(({ name, place }) => [place, name]));
  steps.forEach(({ name }, index) => names.set(placeOf(definition, index), name));
  return [...endedBy.values()]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(
      ({ name, code, from, to }) => `${name} (${code}) from ${names.get(from)} to ${names.get(to)}`,
    )
    .join(', ');
}

function undoToldOf({ undo, undoneBy, noUndo }: PlannedStep): string {
  if (undo) return `${undo.name} (${toldOf(undo)})`;
  if (undoneBy !== undefined) return `that of ${undoneBy}`;
  return noUndo === undefined ? 'none' : 'none needed';
}

function toldOf({ pattern, queue }: PlannedCommand): string {
  return `${pattern} on ${queue}`;
}

function shapesOf(fingerprint: string): readonly StepShape[] | undefined {
  try {
    const read: unknown = JSON.parse(fingerprint);
    return Array.isArray(read) ? (read as StepShape[]) : undefined;
  } catch {
    return undefined;
  }
}

function orderOf(steps: readonly StepShape[]): string {
  return steps.map(({ name }) => name).join(', ');
}
