import 'reflect-metadata';
import type { Database } from '@backstitch/database';
import { internalRequests, loadConfig, type Logger, openDatabase } from '@backstitch/service-kit';
import { bootParticipant, type ParticipantParts } from '@backstitch/service-kit/participant';
import { COMMAND_QUEUES, currencyDigits } from '@backstitch/shared-types';
import { AppModule } from './app.module.js';
import { InventoryConfig } from './config.js';
import { requirePriceRule } from './database/price-rule.repository.js';
import { ReservationArchive } from './stock/reservation-archive.repository.js';
import { ReservationArchiver } from './stock/reservation.archiver.js';
import { ReservationSweeper } from './stock/reservation.sweeper.js';
import { ReturnsRepository } from './stock/returns.repository.js';
import { STOCK_CONNECTIONS, StockRepository } from './stock/stock.repository.js';

const name = 'inventory-service';
const config = loadConfig(InventoryConfig);

await bootParticipant({
  name,
  config,
  queue: COMMAND_QUEUES.inventory,
  internal: internalRequests(name, config),
  migrations: new URL('../migrations', import.meta.url),
  parts,
});

function parts({ database, logger }: { database: Database; logger: Logger }): ParticipantParts {
  const { CURRENCY: currency, RESERVATION_TTL_SECONDS: ttlSeconds } = config;
  const keptDays = config.HOLD_RETENTION_DAYS;
  const stockDatabase = openDatabase({
    url: config.DB_URL,
    name,
    logger,
    poolMax: STOCK_CONNECTIONS,
    keyLookups: true,
    poolName: 'stock',
  });
  const digits = currencyDigits(currency);
  const stock = new StockRepository(stockDatabase, { digits, keptDays });
  const returns = new ReturnsRepository(stockDatabase, { digits, keptDays });
  const sweeper = new ReservationSweeper({ stock, logger, intervalMs: config.SWEEP_INTERVAL_MS });
  const archiver = new ReservationArchiver({
    archive: new ReservationArchive(database, keptDays),
    logger,
  });
  return {
    module: AppModule.of({ database, stock, returns, currency, ttlSeconds, logger }),
    jobs: [sweeper.job, archiver.job],
    databases: { stock: stockDatabase },
    requireCurrency: () => requirePriceRule(database.pool, currency),
  };
}
