import { describe, expect, it } from '@jest/globals';
import type { Site } from '../site/site.js';
import { seededRandom } from '../site/random.js';
import { BROKER_FAULTS } from './broker-faults.js';
import { DATABASE_FAULTS } from './database-faults.js';

/** A link that keeps no byte back until it is stalled or slowed, which may fail. */
class FakeLink {
  hurt = false;

  constructor(private readonly failure?: Error) {}

  stall(): void {
    if (this.failure) throw this.failure;
    this.hurt = true;
  }

  flow(): void {
    this.hurt = false;
  }

  delay(ms: number): void {
    if (ms > 0) this.stall();
    else this.flow();
  }
}

function siteOf(links: readonly FakeLink[]): Site {
  const apps = links.map((link) => ({ name: 'app', brokerLinks: links, databaseLink: link }));
  const site: Partial<Record<keyof Site, unknown>> = {
    random: seededRandom(7),
    apps,
    of: () => apps,
    sagasUnderWay: async () => 3,
    stopping: AbortSignal.abort(),
  };
  return site as unknown as Site;
}

describe('a fault that fails in the middle', () => {
  const named = [...BROKER_FAULTS, ...DATABASE_FAULTS].filter(({ name }) =>
    ['silent-broker-link', 'database-slow', 'database-hangs'].includes(name),
  );

  it.each(named)('$name restores every link, and reports its failure', async (fault) => {
    const links = [new FakeLink(), new FakeLink(new Error('cannot be hurt')), new FakeLink()];
    await expect(fault.inject(siteOf(links))).rejects.toThrow('cannot be hurt');
    expect(links.map(({ hurt }) => hurt)).toEqual([false, false, false]);
  });
});
