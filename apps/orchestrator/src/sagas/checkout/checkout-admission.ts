import type { SagaParticipant } from '../../host/registry/registered-saga.js';
import type { SagaRuntime } from '../../host/saga.runtime.js';

/** Why no checkout may begin just now. */
export interface RefusalReason {
  /** The label in requests_shed_total. */
  reason: string;
  /** Technical, for the log. */
  cause: string;
  /** For the caller: the participant that does not answer; undefined for any other reason. */
  title?: string;
}

/** Sagas that were taken over, or are undone, are not new work; this bounds their memory. */
const OTHER_SAGAS_MAX = 20_000;
/** Queries for replays that wait at the same time, while the database is slow. */
const QUERIES_MAX = 1_000;

/** Decides whether a new checkout may start, before anything is recorded. */
export class CheckoutAdmission {
  private beginning = 0;
  private queriesInFlight = 0;
  private isClosed = false;

  constructor(
    private readonly sagas: SagaRuntime,
    /** The name of its definition. */
    private readonly saga: string,
    private readonly sagasMax: number,
  ) {}

  /**
   * Undefined when it may start. It then counts as in flight until `leave()`. Check and count are
   * one synchronous step, because many requests may call this in one turn of the event loop.
   */
  async enter(): Promise<RefusalReason | undefined> {
    const away = await this.sagas.participants.whoIsAway(this.saga);
    const refusal = this.refusal(away);
    if (!refusal) this.beginning += 1;
    return refusal;
  }

  leave(): void {
    this.beginning -= 1;
  }

  private refusal(away: SagaParticipant | undefined): RefusalReason | undefined {
    if (this.isClosed) return { reason: 'closing', cause: 'shutting down' };
    const { newWork, inFlight } = this.sagas.engine;
    const going = newWork + this.beginning;
    if (going >= this.sagasMax)
      return { reason: 'sagas', cause: `${going} checkouts are under way` };
    if (inFlight - newWork >= OTHER_SAGAS_MAX) {
      return { reason: 'sagas', cause: `${inFlight} sagas are in flight` };
    }
    const brokerWhy = this.sagas.whyBrokerIsAway() ?? this.sagas.whyRepliesAreAway();
    if (brokerWhy !== undefined) return { reason: 'broker', cause: brokerWhy };
    if (!away) return undefined;
    return { reason: 'participant', cause: `${away.queue} is not served`, title: away.title };
  }

  get mayQuery(): boolean {
    return this.queriesInFlight < QUERIES_MAX;
  }

  async query<Result>(work: () => Promise<Result>): Promise<Result> {
    this.queriesInFlight += 1;
    try {
      return await work();
    } finally {
      this.queriesInFlight -= 1;
    }
  }

  close(): void {
    this.isClosed = true;
  }
}
