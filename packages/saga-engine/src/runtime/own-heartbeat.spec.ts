import { describe, expect, it } from '@jest/globals';
import { OwnHeartbeat } from './own-heartbeat.js';

const silentAfterMs = 5_000;

/** Heartbeats every second from the first time to the second. */
function beating(pulse: OwnHeartbeat, fromMs: number, toMs: number, offsetMs = 0): void {
  for (let nowMs = fromMs; nowMs <= toMs; nowMs += 1_000) pulse.beat(nowMs, nowMs + offsetMs);
}

describe('an instance calls others silent', () => {
  it('once its own heartbeat has been regular for as long as an owner may be silent', () => {
    const pulse = new OwnHeartbeat({ silentAfterMs });
    expect(pulse.isSteady(0)).toBe(false);
    beating(pulse, 0, 5_000);
    expect(pulse.isSteady(4_999)).toBe(false);
    expect(pulse.isSteady(5_000)).toBe(true);
  });

  //  what happened                          tells
  it.each<[string, (pulse: OwnHeartbeat) => void]>([
    ['a heartbeat of its own failed', (pulse) => pulse.failed()],
    ['it stood still', () => undefined],
    ['the clock of the database went back', (pulse) => pulse.beat(11_000, 1_000)],
    ['the clock of the database was set forward', (pulse) => pulse.beat(11_000, 19_000)],
  ])('no sooner than that after %s', (_name, happens) => {
    const pulse = new OwnHeartbeat({ silentAfterMs });
    beating(pulse, 0, 10_000);
    happens(pulse);
    expect(pulse.isSteady(16_000)).toBe(false);
    const offsetMs = _name.includes('back') ? -10_000 : _name.includes('forward') ? 8_000 : 0;
    beating(pulse, 16_000, 21_000, offsetMs);
    expect(pulse.isSteady(20_999)).toBe(false);
    expect(pulse.isSteady(21_000)).toBe(true);
  });

  it('although its heartbeat is a little late at times, and its idea of the time gets better', () => {
    const pulse = new OwnHeartbeat({ silentAfterMs });
    for (const [nth, nowMs] of [0, 1_000, 2_900, 4_000, 7_500, 8_000].entries()) {
      pulse.beat(nowMs, nowMs + 100 * nth);
    }
    expect(pulse.isSteady(8_000)).toBe(true);
  });
});
