import type { Database, Logger, OwnRoute } from '@backstitch/service-kit';
import type { Provider, Type } from '@nestjs/common';
import type { OrchestratorConfig } from '../config.js';
import type { RegisteredSaga } from './registry/registered-saga.js';
import type { SagaRuntime } from './saga.runtime.js';

/** What the routes of a saga get from the host. */
export interface SagaHost {
  readonly config: OrchestratorConfig;
  readonly database: Database;
  readonly sagas: SagaRuntime;
  readonly logger: Logger;
}

/** How callers begin a saga and are answered. */
export interface SagaRoutes {
  readonly controllers: readonly Type[];
  readonly providers: readonly Provider[];
  /** Begins nothing any more, and answers every request that still waits for an end. */
  close?(): void;
}

/** A saga as the list of sagas has it: what the host knows of it, and its routes. */
export interface HostedSaga extends RegisteredSaga {
  routes?(host: SagaHost): SagaRoutes;
  /** Who may use its routes, where the access table of packages/auth does not say so. */
  readonly access?: readonly OwnRoute[];
  /** The largest body that each of its routes takes, where it differs from the usual one. */
  readonly bodyBytesMaxAt?: Readonly<Record<string, number>>;
}
