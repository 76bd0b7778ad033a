import { exposeLabelledGauge, Timings } from '@backstitch/service-kit';
import type { Unanswered } from './unanswered.js';

const durations = new Timings({
  name: 'backstitch_saga_step_duration_seconds',
  help: 'Time from the send of a command to its reply, or until no reply is awaited any more',
  labels: ['definition', 'step', 'direction', 'outcome'],
});

/** What became of one attempt of a step or of its undo. */
export function observeStep(
  { definition, step, direction }: { definition: string; step: string; direction: string },
  outcome: 'done' | 'rejected' | 'fault' | 'silent',
  ms: number,
): void {
  durations.observe(ms / 1_000, definition, step, direction, outcome);
}

/** Once a process. */
export function exposeUnanswered(unanswered: Unanswered, queues: readonly string[]): void {
  exposeLabelledGauge(
    'backstitch_commands_oldest_unanswered_age_seconds',
    'Age of the oldest command of this instance whose reply is awaited, 0 when there is none',
    'queue',
    () => {
      const oldest = unanswered.oldestByQueue();
      const nowMs = performance.now();
      const ageOf = (queue: string) => (nowMs - (oldest.get(queue) ?? nowMs)) / 1_000;
      return Object.fromEntries(queues.map((queue) => [queue, ageOf(queue)]));
    },
  );
}
