import { describe, expect, it } from '@jest/globals';
import { Site } from '../fixtures/site.js';
import { ENGINE_DEFAULTS } from '../core/settings.js';

const { silentAfterMs } = ENGINE_DEFAULTS;

/** Three engines with a hundred sagas each, whose participants answer nothing yet. */
async function threeEngines() {
  let isAnswered = false;
  const site = new Site(() => isAnswered);
  const engines = [await site.running(), await site.running(), await site.running()];
  for (const [nth, engine] of engines.entries()) await site.begin(engine, 100, `of-${nth}`);
  await site.pass(silentAfterMs + 1_000); // all of them may take over the sagas of silent owners
  const answer = () => void (isAnswered = true);
  return { site, engines, answer, epochs: () => epochsOf(site) };
}

function epochsOf(site: Site): number[] {
  return [...new Set([...site.database.rows.values()].map(({ instance }) => instance.epoch))];
}

const AWAY = new Error('the database is away');

describe('living owners', () => {
  it('keep all of their 300 sagas over an outage of the database', async () => {
    const { site, answer, epochs } = await threeEngines();
    site.database.down = AWAY;
    await site.pass(3 * silentAfterMs);
    site.database.down = undefined;
    answer();
    await site.pass(4 * silentAfterMs);
    expect(site.counts.get('taken-over')).toBeUndefined();
    expect(epochs()).toEqual([1]);
    await site.settled();
  });

  it('keep them over several outages that follow each other', async () => {
    const { site, epochs } = await threeEngines();
    for (let outages = 0; outages < 4; outages++) {
      site.database.down = AWAY;
      await site.pass(silentAfterMs + 700);
      site.database.down = undefined;
      await site.pass(silentAfterMs - 300);
    }
    expect(epochs()).toEqual([1]);
  });

  it('keep them from an engine that is started in an outage', async () => {
    const { site, epochs } = await threeEngines();
    site.database.down = AWAY;
    await site.pass(2 * silentAfterMs);
    const starting = site.running();
    await site.pass(10);
    site.database.down = undefined;
    await starting;
    await site.pass(2 * silentAfterMs);
    expect(epochs()).toEqual([1]);
  });

  it('keep them from an engine that is started just when the outage is over', async () => {
    const { site, epochs } = await threeEngines();
    site.database.down = AWAY;
    await site.pass(2 * silentAfterMs);
    site.database.down = undefined;
    await site.running();
    await site.pass(2 * silentAfterMs);
    expect(epochs()).toEqual([1]);
  });

  it.each([-3_600_000, 3_600_000])(
    'keep them when the clock of the database jumps by %d ms',
    async (byMs) => {
      const { site, epochs } = await threeEngines();
      site.jump(byMs);
      await site.pass(2 * silentAfterMs);
      expect(epochs()).toEqual([1]);
    },
  );
});

describe('a dead owner', () => {
  it('loses its sagas although the others met an outage, as soon as they can be sure', async () => {
    const { site, engines, answer } = await threeEngines();
    site.kill(engines[0]!);
    site.database.down = AWAY;
    await site.pass(2 * silentAfterMs);
    site.database.down = undefined;
    answer();
    await site.pass(2 * silentAfterMs);
    expect(site.counts.get('taken-over')).toBe(100);
    await site.settled();
  });

  it('loses its sagas although its last heartbeat is a day in the future', async () => {
    const { site, engines } = await threeEngines();
    site.kill(engines[0]!);
    const [dead] = site.database.heartbeats.keys();
    site.database.heartbeats.set(dead!, site.time.nowMs() + 86_400_000);
    await site.pass(2 * silentAfterMs);
    expect(site.counts.get('taken-over')).toBe(100);
  });

  it('leaves what it gave up to others at once, however late they started', async () => {
    const { site, engines } = await threeEngines();
    const late = await site.running();
    await site.stopped(engines[0]!);
    await site.pass(1_000);
    expect(site.counts.get('taken-over')).toBe(100);
    expect(late.inFlight + engines[1]!.inFlight + engines[2]!.inFlight).toBe(300);
  });
});
