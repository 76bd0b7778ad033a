import type { RefusedCall } from '@backstitch/auth';

/** More in a second from one gateway are an attack, and the log has each of them. */
const KEPT_MAX = 20;

/**
 * Refused calls of routes for operators and admins, until identity-service records them. Equal calls
 * of one caller between two rounds count once. Pure.
 */
export class RefusedCalls {
  private readonly calls = new Map<string, RefusedCall>();

  add(call: RefusedCall): void {
    const key = `${call.caller} ${call.route} ${call.code}`;
    if (this.calls.size < KEPT_MAX && !this.calls.has(key)) this.calls.set(key, call);
  }

  /** Those since the last time. */
  take(): readonly RefusedCall[] {
    const taken = [...this.calls.values()];
    this.calls.clear();
    return taken;
  }

  /** Takes back what could not be told. */
  restore(calls: readonly RefusedCall[]): void {
    for (const call of calls) this.add(call);
  }
}
