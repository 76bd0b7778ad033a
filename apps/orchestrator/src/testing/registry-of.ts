import type { SagaDefinition } from '@backstitch/saga-engine';
import type { RegisteredSaga } from '../host/registry/registered-saga.js';
import { SagaRegistry } from '../host/registry/saga-registry.js';

type Versions = readonly [SagaDefinition, ...SagaDefinition[]];

/** A registry of these sagas, each given by its versions. */
export function registryOf(...sagas: readonly Versions[]): SagaRegistry {
  return new SagaRegistry(sagas.map((versions) => registered(versions)));
}

/** A saga as it would be listed; every queue has a participant that is named by it. */
export function registered(
  definitions: Versions,
  other: Partial<RegisteredSaga> = {},
): RegisteredSaga {
  const queues = definitions.flatMap(({ commands }) =>
    [...commands.values()].map(({ queue }) => queue),
  );
  return {
    definitions,
    outcome: ({ code }) => ({ code, detail: `${definitions[0].name}: ${code}.` }),
    view: (general) => general,
    participants: [...new Set(queues)].map((queue) => ({
      queue,
      title: `${queue} is`,
      query: { pattern: `${queue}.query`, data: () => ({}) },
    })),
    ...other,
  };
}
