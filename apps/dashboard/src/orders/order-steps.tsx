import { Check, Circle, Ellipsis, Undo2, X } from 'lucide-react';
import type { StepState, StoryStep } from './order-story.js';
import styles from './order-steps.module.css';

const ICONS: Readonly<Record<StepState, typeof Check>> = {
  waiting: Circle,
  running: Ellipsis,
  done: Check,
  failed: X,
  undoing: Undo2,
  undone: Undo2,
  never: Circle,
};

const WORDS: Readonly<Record<StepState, string>> = {
  waiting: 'to come',
  running: 'under way',
  done: 'done',
  failed: 'did not succeed',
  undoing: 'being taken back',
  undone: 'taken back',
  never: 'not reached',
};

interface OrderStepsProps {
  steps: readonly StoryStep[];
  startedAt: string;
}

/** The steps as sentences, in their order. A filled mark is in effect; a hollow one is not. */
export function OrderSteps({ steps, startedAt }: OrderStepsProps) {
  return (
    <ol className={styles.steps}>
      {steps.map(({ name, title, state, at }) => {
        const Icon = ICONS[state];
        return (
          <li key={name} data-state={state} data-step={name}>
            <span className={styles.mark} aria-hidden>
              <Icon size={14} strokeWidth={2.5} />
            </span>
            <span className={styles.title}>{title}</span>
            <span className={styles.word}>
              {WORDS[state]}
              {at === undefined ? null : (
                <time dateTime={at} title={new Date(at).toLocaleString('en-GB')}>
                  {since(startedAt, at)}
                </time>
              )}
            </span>
          </li>
        );
      })}
    </ol>
  );
}

function since(start: string, at: string): string {
  const ms = Math.max(0, Date.parse(at) - Date.parse(start));
  return ms < 1000 ? `+${ms} ms` : `+${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}
