import type { Role } from '../caller.js';

export const APPS = [
  'api-gateway',
  'orchestrator',
  'order-service',
  'inventory-service',
  'payment-service',
  'identity-service',
] as const;
export type App = (typeof APPS)[number];

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** own: what belongs to the caller, else 404 · all: what belongs to anybody. */
export type Reach = 'own' | 'all';

/** Who may use a route. A caller that is not named here is refused. */
export interface Access {
  /** Everybody, also without a token. */
  readonly anyone?: true;
  /** Guests with a token, and open callers. */
  readonly guest?: 'own';
  readonly roles?: Readonly<Partial<Record<Role, Reach>>>;
  /** For machines: what each scope allows. */
  readonly scopes?: Readonly<Record<string, Reach>>;
  /** Users must have entered a one-time password in the last 15 minutes. */
  readonly stepUp?: true;
  /** A token of identity-service is valid only if identity-service says so, each time. */
  readonly introspected?: true;
  /** Only apps, by their signature. Each part of the body that has a caller is decided itself. */
  readonly apps?: true;
}

/** One route of one app. */
export interface AccessRow {
  readonly app: App;
  readonly method: Method;
  /** As the app registers it, with its prefix. A `*` at the end matches any rest. */
  readonly route: string;
  readonly access: Access;
  /** The request must have the signature of an app (see internal/signature.ts). */
  readonly signed: boolean;
  /** No app has this route yet. Remove this when the route is built: a test demands it. */
  readonly planned?: true;
}
