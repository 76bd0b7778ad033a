import { createLoggerTo } from '@backstitch/service-kit';
import { describe, expect, it } from '@jest/globals';
import type { NotMade } from './log-days.js';
import { LogDaysMaker } from './log-days.maker.js';

const DAYS = ['2026-10-01', '2026-10-02', '2026-10-03'];

/** A maker whose days end as given; `asked` are those that it tried. */
function makerOf(ends: Record<string, NotMade | Error>) {
  const [lines, asked]: string[][] = [[], []];
  const there = new Set<string>();
  const logger = createLoggerTo({ write: (line) => void lines!.push(line) }, 'test', 'info');
  const days = {
    missing: async () =>
      DAYS.map((day, ahead) => ({ day, ahead })).filter(({ day }) => !there.has(day)),
    make: async (day: string) => {
      asked!.push(day);
      const end = ends[day];
      if (end instanceof Error) throw end;
      if (!end) there.add(day);
      return end;
    },
  };
  return { maker: new LogDaysMaker({ days, logger }), lines: lines!, asked: asked! };
}

describe('making the days of the log', () => {
  it('makes all that are missing, and logs nothing', async () => {
    const { maker, lines } = makerOf({});
    expect([await maker.make(), await maker.make()]).toEqual([3, 0]);
    expect(lines).toEqual([]);
  });

  it('goes on after a day that cannot be made, and logs the reason', async () => {
    const { maker, lines, asked } = makerOf({ [DAYS[1]!]: { why: 'rows of it', isBusy: false } });
    expect(await maker.make()).toBe(2);
    expect(asked).toEqual(DAYS);
    expect(lines).toEqual([expect.stringContaining('2026-10-02: rows of it')]);
  });

  it('ends at the first day that waits for a lock, since other sessions wait meanwhile', async () => {
    const { maker, lines, asked } = makerOf({ [DAYS[1]!]: { why: 'lock timeout', isBusy: true } });
    expect(await maker.make()).toBe(1);
    expect(asked).toEqual(DAYS.slice(0, 2));
    expect(lines).toEqual([expect.stringContaining('2026-10-02: lock timeout')]);
  });

  it('never fails: an orchestrator starts without its days, too', async () => {
    const { maker, lines } = makerOf({ [DAYS[0]!]: new Error('the database is away') });
    expect(await maker.make()).toBe(0);
    expect(lines).toEqual([expect.stringContaining('the database is away')]);
  });
});
