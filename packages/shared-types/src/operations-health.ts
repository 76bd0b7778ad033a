/** One thing that an instance of an app needs. */
export interface CheckView {
  name: string;
  state: 'up' | 'down';
  why: string | null;
  /** How long the check took. */
  ms: number;
}

/** The connections of one pool of an instance. */
export interface PoolView {
  name: string;
  max: number;
  inUse: number;
  idle: number;
  /** Callers that wait for a connection. */
  waiting: number;
}

/** What an instance of an app says of itself: the answer of GET /health/state on METRICS_PORT. */
export interface AppState {
  app: string;
  instanceId: string;
  startedAt: string;
  /** `ok`: each check is up. */
  state: 'ok' | 'error' | 'shutting_down';
  checks: CheckView[];
  pools: PoolView[];
}

/** An instance, or an address that gave no answer: then `state` is `away`, and `why` says why. */
export interface AppHealthView {
  url: string;
  app: string | null;
  instanceId: string | null;
  startedAt: string | null;
  state: AppState['state'] | 'away';
  why: string | null;
  checks: CheckView[];
}

/** A command queue. Null: not known now, and `why` says why. */
export interface QueueHealthView {
  name: string;
  ready: number | null;
  consumers: number | null;
  /** Dead letters that wait for an operator. */
  dead: number | null;
  /** Of the orchestrator that answers: `open` refuses new sagas. */
  breaker: 'closed' | 'half-open' | 'open';
  why: string | null;
}

/** The database of an instance of an app, as that instance sees it. */
export interface DatabaseHealthView {
  /** The app whose database it is. */
  name: string;
  instanceId: string;
  state: 'up' | 'down';
  why: string | null;
  ms: number;
  /** The pool that serves requests; null when the app has none. */
  pool: PoolView | null;
}

/** The answer of GET /operations/health. */
export interface OperationsHealth {
  at: string;
  apps: AppHealthView[];
  queues: QueueHealthView[];
  databases: DatabaseHealthView[];
}

/** The state that a body holds; undefined when it holds none. Pure. */
export function appStateFrom(body: unknown): AppState | undefined {
  const { app, instanceId, startedAt, state, checks, pools } = (body ?? {}) as Partial<AppState>;
  const texts = [app, instanceId, startedAt, state];
  if (texts.some((text) => typeof text !== 'string')) return undefined;
  return Array.isArray(checks) && Array.isArray(pools) ? (body as AppState) : undefined;
}
