import { Pool } from 'undici';
import { Deadline } from './deadline.js';
import { exchange } from './exchange.js';

/** One instance of an app behind the gateway. */
export interface Target {
  /** Without user and password, which must not be logged. */
  readonly url: string;
  /** The prefix of every path: "" or "/shop". */
  readonly basePath: string;
  readonly pool: Pool;
  /** Until then it is tried last, by performance.now(). */
  avoidedUntilMs: number;
}

const AVOIDED_MS = 1_000;

/** The instances of one app, over keep-alive connections. */
export class Targets<One extends Target> {
  private turn = 0;

  constructor(
    private readonly all: readonly One[],
    /** For the whole of one probe. */
    private readonly timeoutMs: number,
  ) {}

  /** Round robin; those that failed recently come last. The list is the caller's own. */
  inTurn(): One[] {
    const nowMs = performance.now();
    this.turn = (this.turn + 1) % this.all.length;
    const round = [...this.all.slice(this.turn), ...this.all.slice(0, this.turn)];
    const healthy = round.filter((target) => target.avoidedUntilMs <= nowMs);
    return [...healthy, ...round.filter((target) => target.avoidedUntilMs > nowMs)];
  }

  /** Undefined when an instance is ready; otherwise the answers of all of them. */
  async whyNotReady(): Promise<string | undefined> {
    const reasons = await Promise.all(this.all.map((target) => this.whyTargetNotReady(target)));
    return reasons.includes(undefined) ? undefined : reasons.join('; ');
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map(({ pool }) => pool.close()));
  }

  private async whyTargetNotReady({ url, basePath, pool }: Target): Promise<string | undefined> {
    const deadline = new Deadline(this.timeoutMs);
    const request = { method: 'GET', path: `${basePath}/health/ready`, headers: {} } as const;
    try {
      const { status, body } = await exchange(pool, request, deadline);
      return status === 200 ? undefined : `${url}: ${status} ${body.toString('utf8')}`;
    } catch (error) {
      // The failure is the result here and is not logged: probes come every few seconds.
      return `${url}: ${messageOf(error)}`;
    } finally {
      deadline.clear();
    }
  }
}

export function targetOf(
  address: string,
  { connectionsMax, connectTimeoutMs }: { connectionsMax: number; connectTimeoutMs: number },
): Target {
  const { origin, pathname } = new URL(address);
  const basePath = pathname.replace(/\/+$/, '');
  const pool = new Pool(origin, {
    connections: connectionsMax,
    // The deadline of the whole request is exact; these timeouts could be late by a second.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: connectTimeoutMs },
  });
  return { url: origin + basePath, basePath, pool, avoidedUntilMs: 0 };
}

/** After a failure: others are tried first for a second. */
export function avoid(target: Target): void {
  target.avoidedUntilMs = performance.now() + AVOIDED_MS;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
