import { createLogger, createLoggerTo } from '@backstitch/service-kit';
import { waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newOrder, reserveOf, stockFixture, type StockFixture } from '../testing/stock-fixture.js';
import { ReservationSweeper } from './reservation.sweeper.js';

const logger = createLogger({ app: 'test', level: 'silent' });
let stock: StockFixture;

beforeAll(async () => {
  stock = await stockFixture();
});

afterAll(async () => {
  await stock.close();
});

describe('the sweeper, while the app runs', () => {
  it('expires more overdue reservations than fit in one batch', async () => {
    const productId = await stock.product(300);
    await Promise.all(
      Array.from({ length: 250 }, () =>
        stock.repository.submit(reserveOf(newOrder(), [{ productId, quantity: 1 }])),
      ),
    );
    await stock.query('UPDATE reservations SET expires_at = now()');
    const sweeper = new ReservationSweeper({ stock: stock.repository, logger, intervalMs: 10 });
    sweeper.job.start();
    await waitFor('the stock to be back', async () => {
      return (await stock.productRow(productId)).stock_quantity === 300;
    });
    await sweeper.job.stop();
  });

  it('names the saga whose reservation expired', async () => {
    const lines: string[] = [];
    const recorder = createLoggerTo({ write: (line) => void lines.push(line) }, 'x', 'info');
    const [orderId, sagaId] = [newOrder(), newOrder()];
    const demand = [{ productId: await stock.product(1), quantity: 1 }];
    await stock.repository.submit(reserveOf(orderId, demand, { sagaId }));
    await stock.overdue(orderId);
    const sweeper = new ReservationSweeper({
      stock: stock.repository,
      logger: recorder,
      intervalMs: 10,
    });
    sweeper.job.start();
    const line = await waitFor('the line', async () => lines[0]);
    await sweeper.job.stop();
    expect(JSON.parse(line)).toMatchObject({ orderId, sagaId });
  });

  it('goes on after a run that failed', async () => {
    let runs = 0;
    const failing = {
      expireOverdue: () => {
        runs += 1;
        return Promise.reject(new Error('the database is away'));
      },
    };
    const sweeper = new ReservationSweeper({ stock: failing, logger, intervalMs: 5 });
    sweeper.job.start();
    await waitFor('a third run', () => runs >= 3);
    await sweeper.job.stop();
  });
});
