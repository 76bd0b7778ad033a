import { describe, expect, it } from '@jest/globals';
import { Site } from '../fixtures/site.js';
import type { SagaWrite } from './ports.js';
import { RowLocked } from './refused.js';
import { MemorySagaStore } from '../testing/index.js';

/** Every write of one saga fails, while all rows can be read. */
class Failing extends MemorySagaStore {
  error: Error | undefined;
  failures = 0;

  override async save(write: SagaWrite): Promise<'saved' | 'guard-failed'> {
    if (this.error && write.instance.sagaId === 'new-0') {
      this.failures++;
      throw this.error;
    }
    return super.save(write);
  }
}

/** Two sagas; the first one's writes fail six times and more, and then pass again. */
async function failing(error: Error) {
  const site = new Site();
  const store = new Failing(site.database);
  const engine = await site.running({}, store);
  store.error = error;
  await site.begin(engine, 2);
  await site.time.until('writes to fail', () => store.failures > 5);
  const parked = engine.needingAttention;
  const ended = site.ended('done');
  store.error = undefined;
  await site.settled();
  return { site, parked, ended };
}

describe('a saga whose writes fail while its row can be read', () => {
  it('is not parked while another session keeps the row locked, and goes on once it is free', async () => {
    const { site, parked, ended } = await failing(new RowLocked(new Error('55P03')));
    expect([parked, ended]).toEqual([0, 1]);
    expect(site.counts.get('attention')).toBeUndefined();
    expect(site.ended('done')).toBe(2);
  });

  it('is parked after five failures of any other kind, and goes on once they are over', async () => {
    const { site, parked, ended } = await failing(new Error('no such function'));
    expect([parked, ended]).toEqual([1, 1]);
    expect(site.ended('done')).toBe(2);
  });
});
