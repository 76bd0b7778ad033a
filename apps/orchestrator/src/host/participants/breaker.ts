/** open: no new saga starts · half-open: a few start, and the first good answer closes it */
export type BreakerState = 'closed' | 'half-open' | 'open';

export interface BreakerSettings {
  /** The minimum number of different sagas with faults or silence: one is never enough. */
  sagasMin: number;
  /** Opens after this time with only faults that mean "cannot serve". */
  faultsMs: number;
  /** Opens after this time without any reply. */
  silentMs: number;
  /** Opens after this time without a consumer, if the queue had one before. */
  absentMs: number;
}

/** How many new sagas start in each second of half-open. */
const TRIES = 3;
const TRY_AGAIN_MS = 1_000;
/** After a failed half-open, the next one waits twice as long, at most this. */
const PAUSE_MIN_MS = 1_000;
const PAUSE_MAX_MS = 8_000;

/** Trouble of one kind since the last good answer. */
class Trouble {
  readonly sagas = new Set<string>();
  sinceMs = Infinity;

  add(sagaId: string, atMs: number, enough: number): void {
    this.sinceMs = Math.min(this.sinceMs, atMs);
    if (this.sagas.size < enough) this.sagas.add(sagaId);
  }

  clear(): void {
    this.sagas.clear();
    this.sinceMs = Infinity;
  }
}

/**
 * Whether a participant can be relied on now, decided by the results of commands to its queue and by
 * whether it has consumers. Times are of one monotonic clock and come in with each event. Pure.
 */
export class Breaker {
  state: BreakerState = 'closed';
  /** Why it is open, for the log. */
  why = '';
  private readonly settings: BreakerSettings;
  private readonly faults = new Trouble();
  private readonly silence = new Trouble();
  private servedAtMs = -Infinity;
  private wasRead = false;
  private unreadSinceMs: number | undefined;
  private changedAtMs = 0;
  private pauseMs = PAUSE_MIN_MS;
  private tries = 0;
  private triesSinceMs = 0;

  constructor(settings: BreakerSettings) {
    this.settings = settings;
  }

  /** It answered a command, so its queue had a consumer, whatever was counted. */
  served(nowMs: number): void {
    this.servedAtMs = nowMs;
    this.wasRead = true;
    this.unreadSinceMs = undefined;
    this.faults.clear();
    this.silence.clear();
    this.pauseMs = PAUSE_MIN_MS;
    if (this.state !== 'closed') this.become('closed', nowMs);
  }

  /** It answered that it can serve no command, or the command found no queue. */
  fault(sagaId: string, nowMs: number): void {
    this.faults.add(sagaId, nowMs, this.settings.sagasMin);
    if (this.state === 'half-open') this.open('its faults go on', nowMs);
  }

  /** A command sent at that time got no reply in its time. Slow is not silent: others may have. */
  silent(sagaId: string, sentAtMs: number, nowMs: number): void {
    if (sentAtMs <= this.servedAtMs) return;
    this.silence.add(sagaId, sentAtMs, this.settings.sagasMin);
    const isTry = this.state === 'half-open' && sentAtMs >= this.changedAtMs;
    if (isTry) this.open('it is silent again', nowMs);
  }

  /** How many consumers its queue has now. Back from none, it may be tried at once. */
  seen(consumers: number, nowMs: number): void {
    if (consumers > 0) {
      const isBack = this.unreadSinceMs !== undefined;
      this.wasRead = true;
      this.unreadSinceMs = undefined;
      if (this.state === 'open' && isBack) this.halfOpen(nowMs);
    } else {
      this.unreadSinceMs ??= nowMs;
      if (this.state === 'half-open') this.open('its queue has no consumer', nowMs);
    }
  }

  /** It answered a query: the next sagas may try. */
  answeredQuery(nowMs: number): void {
    if (this.state === 'open') this.halfOpen(nowMs);
  }

  /** This instance has no connection to the broker: silence and counts mean nothing. */
  forgetCounts(): void {
    this.silence.clear();
    this.unreadSinceMs = undefined;
  }

  get isUnread(): boolean {
    return this.unreadSinceMs !== undefined;
  }

  /** Opens it when trouble has lasted long enough. */
  update(nowMs: number): void {
    if (this.state !== 'closed') return;
    const { sagasMin, faultsMs, silentMs, absentMs } = this.settings;
    const lasts = ({ sagas, sinceMs }: Trouble, ms: number) =>
      sagas.size >= sagasMin && nowMs - sinceMs >= ms;
    if (lasts(this.faults, faultsMs)) this.open('it answers faults only', nowMs);
    else if (lasts(this.silence, silentMs)) this.open('it is silent', nowMs);
    else if (this.wasRead && nowMs - (this.unreadSinceMs ?? nowMs) >= absentMs) {
      this.open('its queue has no consumer', nowMs);
    }
  }

  /** Whether to query it again now. A queue without consumers answers no query. */
  isQueryDue(nowMs: number): boolean {
    return this.state === 'open' && !this.isUnread && nowMs - this.changedAtMs >= this.pauseMs;
  }

  /** Whether one more saga may begin; in half-open it is one of the few that try. */
  admits(nowMs: number): boolean {
    if (this.state !== 'half-open') return this.state === 'closed';
    if (nowMs - this.triesSinceMs >= TRY_AGAIN_MS) {
      this.triesSinceMs = nowMs;
      this.tries = 0;
    }
    if (this.tries >= TRIES) return false;
    this.tries += 1;
    return true;
  }

  private open(why: string, nowMs: number): void {
    if (this.state === 'half-open') this.pauseMs = Math.min(PAUSE_MAX_MS, this.pauseMs * 2);
    this.why = why;
    this.become('open', nowMs);
  }

  private halfOpen(nowMs: number): void {
    this.tries = 0;
    this.triesSinceMs = nowMs;
    this.become('half-open', nowMs);
  }

  private become(state: BreakerState, nowMs: number): void {
    this.state = state;
    this.changedAtMs = nowMs;
  }
}
