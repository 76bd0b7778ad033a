import type { PlannedCommand, PlannedStep, SagaDefinition } from './define.js';

/** What is recorded of a definition that sagas may have been started with. */
export interface RecordedDefinition {
  readonly name: string;
  readonly version: number;
  readonly fingerprint: string;
}

/**
 * What a running saga relies on of a step. Names: the row and the log use them. Queues and
 * patterns: a command that is sent again must reach the same participant. Rejections, pivot and
 * undo: they decide how the saga goes on. Whether it keeps anything: later commands are made from
 * that. Timeouts, attempts and the reason of a noUndo may change at any time. The text of functions
 * is not compared, because every compiler writes it differently.
 */
interface StepShape {
  readonly name: string;
  readonly do: string;
  readonly undo: string;
  readonly rejections: string;
  readonly pivot: string;
  readonly keep: string;
}

/** A step as it is recorded. */
export interface RecordedStep {
  readonly name: string;
  /** The name of its own undo. */
  readonly undo: string | undefined;
  /** The pivot or a step behind it. */
  readonly pastPivot: boolean;
}

const AT_OR_BEHIND = 'at or behind it';

const WHAT: Readonly<Record<Exclude<keyof StepShape, 'name'>, string>> = {
  do: 'its command',
  undo: 'its undo',
  rejections: 'its rejections',
  pivot: 'its place about the pivot',
  keep: 'what it keeps',
};

/** The same for two definitions with which a saga ends in the same way; JSON that a person can read. */
export function fingerprintOf(definition: SagaDefinition): string {
  return JSON.stringify(definition.steps.map(shapeOf));
}

export function recordOf(definition: SagaDefinition): RecordedDefinition {
  const { name, version } = definition;
  return { name, version, fingerprint: fingerprintOf(definition) };
}

/** The steps of a fingerprint in their order; undefined when it cannot be read. */
export function recordedSteps(fingerprint: string): readonly RecordedStep[] | undefined {
  return shapesOf(fingerprint)?.map(({ name, undo, pivot }) => ({
    name,
    undo: /^([A-Z][A-Z0-9_]*) \(/.exec(undo)?.[1],
    pastPivot: pivot === AT_OR_BEHIND,
  }));
}

/** In which steps two fingerprints differ, each as a sentence; empty when they are the same. */
export function differencesOf(known: string, now: string): string[] {
  if (known === now) return [];
  const [before, after] = [shapesOf(known), shapesOf(now)];
  if (!before) return ['its recorded fingerprint cannot be read'];
  const told: string[] = [];
  for (const step of before) {
    const next = after!.find(({ name }) => name === step.name);
    if (!next) told.push(`the step ${step.name} is gone`);
    else told.push(...changesOf(step, next));
  }
  const isKnown = ({ name }: StepShape) => before.some((step) => step.name === name);
  for (const step of after!) if (!isKnown(step)) told.push(`the step ${step.name} is new`);
  return told.length > 0 ? told : [`the order was ${orderOf(before)} and is ${orderOf(after!)}`];
}

function changesOf(before: StepShape, after: StepShape): string[] {
  const parts = Object.keys(WHAT) as (keyof typeof WHAT)[];
  return parts
    .filter((part) => before[part] !== after[part])
    .map((part) => `${before.name}: ${WHAT[part]} was ${before[part]} and is ${after[part]}`);
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
