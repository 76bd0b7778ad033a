import type { Participant } from '../../host/participants/participants.watch.js';
import type { SagaRuntime } from '../../host/saga.runtime.js';

/** Why nothing new may begin just now. */
export interface RefusalReason {
  /** One of a few: what it is counted under. */
  reason: string;
  /** Technical, for the log. */
  cause: string;
  /** What does not answer, in the caller's terms; undefined when it is nothing of the caller's. */
  title?: string;
}

/** What is taken over or undone is no new work; yet memory has an end. */
const OTHER_SAGAS_MAX = 20_000;
/** Replays that wait to be looked up at once, while the database is slow. */
const QUERIES_MAX = 1_000;

/** Says whether a new checkout may begin, before anything is recorded that would have to be undone. */
export class CheckoutAdmission {
  private beginning = 0;
  private queriesInFlight = 0;
  private isClosed = false;

  constructor(
    private readonly sagas: SagaRuntime,
    private readonly sagasMax: number,
  ) {}

  /**
   * Undefined when it may, and then it has a place until it leaves: what is being recorded is in flight
   * already. Nothing comes between the count and the place, for many may ask in one turn.
   */
  async enter(): Promise<RefusalReason | undefined> {
    const away = await this.sagas.participants.whoIsAway();
    const hindrance = this.hindrance(away);
    if (!hindrance) this.beginning += 1;
    return hindrance;
  }

  leave(): void {
    this.beginning -= 1;
  }

  private hindrance(away: Participant | undefined): RefusalReason | undefined {
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
