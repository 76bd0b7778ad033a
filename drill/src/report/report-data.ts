import type { AccountCounts } from '../accounts/accounts.js';
import type { LogFindings } from '../verdict/app-logs.js';

/** Everything that a drill found out; what `--json` writes. */
export interface Report {
  seed: number;
  command: string;
  startedAt: string;
  seconds: number;
  circumstances: Circumstances;
  clients: ClientCounts;
  accounts: AccountCounts;
  sagas: SagaCounts;
  faults: FaultSummary[];
  /** Chosen, but the time was over before their turn. */
  notInjected: string[];
  reconciled: { judged: number; breaches: number };
  /** Log lines of level error, by what they say. */
  logErrors: LogFindings['errors'];
  /** Dead letters of each command queue that has any, in the table or still in their queue. */
  deadLetters: Record<string, number>;
  /** The lines about each breach; none means that nothing was lost. */
  breaches: string[][];
}

export interface Circumstances {
  commit: string;
  node: string;
  postgres: string;
  rabbitmq: string;
  machine: string;
  system: string;
}

/** What clients saw. */
export interface ClientCounts {
  intents: number;
  requests: number;
  /** 200, and of these the ones that repeated an earlier answer. */
  yes: number;
  replayed: number;
  /** 402, 404, 409, 422: a final rejection. */
  no: number;
  /** 202, or 409 for a key still in progress. */
  goingOn: number;
  /** 429, 503 NOT_ACCEPTED. */
  refused: number;
  /** 503 OUTCOME_UNKNOWN, and no answer at all. */
  unknown: number;
  /** Of them asked again after the load had ended. */
  askedAgain: number;
  /** Milliseconds until a 200, at its median and its 99th percentile. */
  yesP50Ms: number;
  yesP99Ms: number;
}

export interface SagaCounts {
  accepted: number;
  completed: number;
  compensated: number;
  unfinished: number;
}

export interface FaultSummary {
  name: string;
  title: string;
  times: number;
  /** All units of work that the fault affected. */
  inFlight: number;
  /** Injections that hit nothing. */
  missed: number;
  /** Until fresh requests were served again, the slowest; null when it was not seen. */
  recoveredAfterMs: number | null;
  /** The longest time without a served request after the fault. */
  unservedMs: number;
  injections: { atMs: number; lastedMs: number; what: string; recoveredAfterMs: number | null }[];
}
