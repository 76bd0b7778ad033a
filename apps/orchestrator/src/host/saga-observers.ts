import type { SagaObserver } from '@backstitch/saga-engine';

/** One observer that passes every event to all of these, in their order. */
export function allOf(...observers: readonly SagaObserver[]): SagaObserver {
  return {
    committed: (...moved) => {
      for (const observer of observers) observer.committed(...moved);
    },
  };
}
