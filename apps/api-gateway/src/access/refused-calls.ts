import { CALLER_LENGTH_MAX, REFUSED_MAX, type RefusedCall } from '@backstitch/auth';

/**
 * Refused calls of routes for operators and admins, until identity-service records them. Equal calls
 * of one caller between two rounds count once. More in a second from one gateway are an attack, and
 * the log has each of them. Pure.
 */
export class RefusedCalls {
  private readonly calls = new Map<string, RefusedCall>();

  add(call: RefusedCall): void {
    const caller = call.caller.slice(0, CALLER_LENGTH_MAX);
    const key = `${caller} ${call.route} ${call.code}`;
    if (this.calls.size < REFUSED_MAX && !this.calls.has(key))
      this.calls.set(key, { ...call, caller });
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
