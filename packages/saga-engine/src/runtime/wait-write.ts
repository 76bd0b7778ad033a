import type { SagaMove, SagaWrite } from './ports.js';

/**
 * Whether a transition begins or ends a wait, or changes what the saga remembers of its waits: it
 * then writes columns that no other transition writes.
 */
export function touchesWait({ before, instance }: SagaWrite | SagaMove): boolean {
  return (
    instance.phase === 'waiting' ||
    instance.sagaDeadlineAtMs !== before.sagaDeadlineAtMs ||
    instance.waits !== before.waits
  );
}
