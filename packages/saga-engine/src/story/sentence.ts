import type { StoryRow } from './rows.js';
import type { StorySpan } from './spans.js';
import type { ToldSaga } from './told.js';

interface Known {
  readonly saga: ToldSaga;
  readonly rows: readonly StoryRow[];
  readonly spans: ReadonlyMap<string, StorySpan>;
  readonly toUndo: readonly string[];
}

/** What happens, why, and what comes next, in plain words. Pure. */
export function sentenceOf(known: Known): string {
  const { saga, rows } = known;
  switch (saga.status) {
    case 'DONE': {
      const done = rows.filter(({ state }) => state === 'done').length;
      const all = done === rows.length ? `all ${done}` : `${done} of ${rows.length}`;
      return `Done: ${all} steps took effect.`;
    }
    case 'COMPENSATED':
      return `Undone, because ${whyUndone(known)}. No step is in effect any more.`;
    case 'WAITING':
      return `Waits at ${saga.currentStep}${until(saga.nextTryAt)}.`;
    case 'COMPENSATING':
      return `Being undone, because ${whyUndone(known)}. ${undoing(known)}`;
    default:
      return attention(saga) + goingOn(known);
  }
}

function goingOn({ saga, rows, spans }: Known): string {
  const place = rows.findIndex(({ step }) => step === saga.currentStep);
  const span = spans.get(saga.currentStep);
  const isForEver = rows.slice(0, place + 1).some(({ pivot }) => pivot);
  const trouble = span && troubleOf(span);
  if (trouble === undefined) {
    return `${saga.currentStep} is under way (step ${place + 1} of ${rows.length}).`;
  }
  return `${trouble}${next(saga)}${isForEver ? NEVER_GIVEN_UP : ''}`;
}

function undoing({ saga, spans, toUndo }: Known): string {
  const { currentStep } = saga;
  const span = spans.get(currentStep);
  const trouble = span && troubleOf(span);
  const told = trouble === undefined ? `${currentStep} is under way.` : trouble + next(saga);
  const ever = trouble === undefined ? '' : NEVER_GIVEN_UP;
  const after = toUndo.length === 0 ? '' : ` Then ${listed(toUndo)} follow${plural(toUndo)}.`;
  return `${attention(saga)}${told}${ever}${after}`;
}

const NEVER_GIVEN_UP = ' It is never given up.';

/** How the attempts so far failed; undefined without a failed one. */
function troubleOf({ name, attempts }: StorySpan): string | undefined {
  const last = attempts.findLast(({ outcome }) => outcome !== 'open');
  if (!last) return undefined;
  const code = last.code === null ? '' : ` (${last.code})`;
  if (last.outcome === 'unsent') return `${name} could not be sent or written${code}.`;
  if (attempts.some((one) => one.code === 'REPLY_TIMEOUT')) {
    return `${name} was sent and not answered, so it may have taken effect.`;
  }
  const times = last.number === 1 ? 'once' : `${last.number} times`;
  return `${name} failed ${times}${code}.`;
}

function next({ nextTryAt, waitingFor }: ToldSaga): string {
  if (waitingFor === 'reply') return ' It was sent again.';
  return nextTryAt === null ? '' : ` It is sent again at ${clock(nextTryAt)}.`;
}

function whyUndone({ saga, rows }: Known): string {
  const failed = rows.find((row) => row.do?.outcome === 'refused' || row.do?.outcome === 'unknown');
  const known = failed?.do?.code ?? saga.reason?.code;
  const code = known === undefined ? '' : ` (${known})`;
  if (!failed) return `it was given up${code}`;
  if (failed.do?.outcome === 'unknown') return `the outcome of ${failed.step} is unknown${code}`;
  return `${failed.step} was refused${code}`;
}

function attention({ needsAttention }: ToldSaga): string {
  return needsAttention ? 'Needs attention: ' : '';
}

function until(at: string | null): string {
  return at === null ? '' : ` until ${at.slice(0, 10)} ${clock(at)} at the latest`;
}

function clock(at: string): string {
  return `${at.slice(11, 19)} UTC`;
}

function listed(names: readonly string[]): string {
  return names.length === 1 ? names[0]! : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function plural(names: readonly string[]): string {
  return names.length === 1 ? 's' : '';
}
