import { describe, expect, it } from '@jest/globals';
import { Site } from '../fixtures/site.js';
import { purchase } from '../fixtures/purchase.js';

describe('a definition without unfinished sagas', () => {
  it('is drained once its last saga has ended, with any owner', async () => {
    const site = new Site();
    const engine = await site.running();
    const { name, version } = purchase;
    expect(await engine.drained(name, version)).toBe(true);
    site.leftBehind(1);
    expect(await engine.drained(name, version)).toBe(false);
    expect(await engine.drained(name, version + 1)).toBe(true);
    expect(await engine.drained('another', version)).toBe(true);
    await site.settled();
    expect(await engine.drained(name, version)).toBe(true);
    await site.stopped(engine);
  });
});
