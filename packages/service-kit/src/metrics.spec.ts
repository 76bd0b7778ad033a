import { describe, expect, it } from '@jest/globals';
import { openDatabase } from './database/open-database.js';
import { createLogger } from './logger.js';
import { exposeCounters, exposeGauge, metricsRegistry } from './metrics.js';
import { exposeBroker } from './participant.js';

const read = () => metricsRegistry.metrics();

describe('/metrics', () => {
  it('shows a plain number that grows as a counter, as it is when it is asked', async () => {
    const counters = { commandsDone: 1 };
    exposeCounters('shop', counters);
    expect(await read()).toContain('shop_commands_done_total 1\n');
    counters.commandsDone = 7;
    const told = await read();
    expect(told).toContain('# TYPE shop_commands_done_total counter\n');
    expect(told).toContain('shop_commands_done_total 7\n');
  });

  it('shows a number that goes up and down as a gauge', async () => {
    let open = 3;
    exposeGauge('shop_open', 'Open shops', () => open);
    expect(await read()).toContain('shop_open 3\n');
    open = 2;
    expect(await read()).toContain('# TYPE shop_open gauge\nshop_open 2\n');
  });

  it('says whether a process can send, and whether it is delivered to', async () => {
    let up = true;
    exposeBroker(
      {
        counters: { published: 4 },
        status: () => ({ publish: up ? 'up' : 'blocked', consume: 'up' }),
      },
      { consumerStatus: () => ({ state: up ? 'attached' : 'paused' }) },
    );
    expect(await read()).toMatch(/broker_publish_up 1\n[^]*broker_consumer_attached 1\n/);
    up = false;
    expect(await read()).toMatch(/broker_publish_up 0\n[^]*broker_consumer_attached 0\n/);
    expect(await read()).toContain('broker_published_total 4\n');
  });

  it('shows how busy a database pool is', async () => {
    const logger = createLogger({ app: 'test', level: 'silent' });
    const url = 'postgresql://u:p@127.0.0.1:1/orders';
    const { pool } = openDatabase({ url, name: 'orders', logger });
    const waiting = pool.connect().catch(() => undefined);
    expect(await read()).toContain('database_pool{pool="orders",state="in_use"} 1\n');
    await waiting;
    expect(await read()).toContain('database_pool{pool="orders",state="in_use"} 0\n');
    await pool.end();
  });
});
