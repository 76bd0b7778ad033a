import type { SagaDefinition, SagaFailure, SagaInstance } from '@backstitch/saga-engine';
import type { SagaView } from '@backstitch/shared-types';

/** A service that the commands of a saga go to. */
export interface SagaParticipant {
  readonly queue: string;
  /** The subject of "… not answering at the moment", for callers: "Payments are". */
  readonly title: string;
  /** A query that changes nothing. Its answer shows that the service is available again. */
  readonly query: { readonly pattern: string; data(): unknown };
  /** The queue by which it gives signals to sagas, and their names [it gives none]. */
  readonly signals?: { readonly queue: string; readonly names: readonly string[] };
}

/** Why a saga is undone, in words for its caller: never the technical reason. */
export interface SagaReason {
  readonly code: string;
  readonly detail: string;
}

/** One kind of saga: what the host has to know of it. */
export interface RegisteredSaga<Input = unknown> {
  /** Every version that unfinished sagas may still have, the newest first. */
  readonly definitions: readonly [SagaDefinition<Input>, ...SagaDefinition<Input>[]];
  outcome(failure: SagaFailure): SagaReason;
  /** What GET /sagas/:sagaId answers, made from what is answered for every saga. */
  view(general: SagaView, saga: SagaInstance): SagaView;
  /** Every queue that a command of these definitions goes to has one. */
  readonly participants: readonly SagaParticipant[];
}
